/** Processes the clips of a command; one failure does not end the run. */
import { UndertoneError } from "../../errors.ts";
import { isSystemError, sentenceOf } from "../output/sentence.ts";
import { clipTitle, isFaultOfPack } from "./file.ts";
import { type ClipProgress, clipProgress } from "./progress.ts";

/**
 * Runs `work` for each clip in turn, with progress on standard error if that is a terminal. Clips that failed are listed
 * on standard error at the end, and the exit status is 1 then.
 * @throws what `work` throws that other clips would meet too: a fault of the pack, of an option, or a result that cannot be written.
 */
export async function forEachClip(
  clips: readonly string[],
  work: (clip: string) => Promise<void>,
  progress: ClipProgress = clipProgress(clips.length),
): Promise<void> {
  const failures: string[] = [];
  try {
    for (const clip of clips) {
      progress.begin(clipTitle(clip));
      try {
        await work(clip);
      } catch (error) {
        if (concernsAll(error)) throw error;
        failures.push(describe(clip, error));
      }
      progress.advance(failures.length);
    }
  } finally {
    progress.close();
    tell(failures, clips.length);
  }
}

/** Files of clips are read by `withClipFile`, whose errors are UndertoneErrors: any other call that fails is about a result. */
function concernsAll(error: unknown): boolean {
  if (error instanceof UndertoneError)
    return isFaultOfPack(error) || error.slug === "invalid-option";
  return isSystemError(error);
}

function describe(clip: string, error: unknown): string {
  const sentence = sentenceOf(error);
  if (sentence !== null) return sentence;
  return `internal: ${clipTitle(clip)}: ${error instanceof Error ? error.stack : error}`;
}

function tell(failures: readonly string[], total: number): void {
  if (failures.length === 0) return;
  for (const failure of failures) console.error(failure);
  if (total > 1) console.error(`${failures.length} of ${total} clips failed.`);
  process.exitCode = 1;
}
