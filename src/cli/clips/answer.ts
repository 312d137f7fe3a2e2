/** The answer of a task about a clip's file. */
import { nodeCodecs } from "../../audio/codecs/wasm/node.ts";
import { prepareClip } from "../../audio/prepare.ts";
import { type AnswerMeans, answerClip, type PlannedAnswer } from "../../tasks/answer-clip.ts";
import type { TaskOptionsSchema } from "../../tasks/task.ts";
import type { FileReading } from "./compute.ts";
import { withClipFile } from "./file.ts";

/**
 * Decodes the clip in `path`, and answers as the task's endpoint does.
 * @throws UndertoneError, naming the file, for every fault of it, and what `answerClip` throws.
 */
export function answerFile<Schema extends TaskOptionsSchema, Answer>(
  path: string,
  planned: PlannedAnswer<Schema, Answer>,
  means: AnswerMeans,
  { selection, maxClipSeconds }: FileReading,
) {
  return withClipFile(path, async (pieces) => {
    const limits = { maxClipSeconds, maxDecodedSeconds: Infinity };
    const clip = await prepareClip(pieces, { selection, limits, codecs: nodeCodecs() });
    return answerClip(planned, clip, means);
  });
}
