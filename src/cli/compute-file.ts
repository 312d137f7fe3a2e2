/** A clip's file → what a model makes of it. */
import type { ClipSelection } from "../audio/clip.ts";
import { nodeCodecs } from "../audio/codecs/modules-node.ts";
import { prepareClip } from "../audio/prepare.ts";
import { computePrepared } from "../featurize.ts";
import type { TaskClip } from "../http/tasks/task.ts";
import type { Engine } from "../model/engine.ts";
import type { Taps } from "../model/layers.ts";
import { withClipFile } from "./clip-file.ts";

/** Which part of a clip to use, and how long it may be. */
export interface FileReading {
  readonly selection: ClipSelection;
  readonly maxClipSeconds: number;
}

/**
 * Decodes the clip in `path` and runs the model.
 * @throws UndertoneError, naming the file, for every fault of it, and what the engine throws.
 */
export function computeFile(
  path: string,
  engine: Engine,
  taps: Taps,
  { selection, maxClipSeconds }: FileReading,
): Promise<TaskClip> {
  return withClipFile(path, async (pieces) => {
    const limits = { maxClipSeconds, maxDecodedSeconds: Infinity };
    const clip = await prepareClip(pieces, { selection, limits, codecs: nodeCodecs() });
    return computePrepared(clip, engine, taps);
  });
}
