/** Progress over the clips of a dataset: a line at the bottom of a terminal; elsewhere a line now and then. */
import { type ClipProgress, clipProgress } from "../clips/progress.ts";
import type { ProgressStream } from "../output/progress.ts";

/** Receives the progress of clips. */
export type ExtractProgress = Pick<ClipProgress, "begin" | "advance" | "close">;

/** Without a terminal there is a line at most so often. */
const LINE_EVERY_MS = 10_000;

/** Shows progress over `total` clips on `stream`, with the time that is left. */
export function extractProgress(
  total: number,
  stream: ProgressStream = process.stderr,
  now: () => number = () => performance.now(),
): ExtractProgress {
  if (stream.isTTY === true) return clipProgress(total, stream);
  const startedAtMs = now();
  let toldAtMs = startedAtMs;
  let done = 0;
  return {
    begin() {},
    advance(failed) {
      done++;
      const atMs = now();
      if (atMs - toldAtMs < LINE_EVERY_MS || done === total) return;
      toldAtMs = atMs;
      const left = Math.ceil((((atMs - startedAtMs) / done) * (total - done)) / 1000);
      const failures = failed > 0 ? `, ${failed} failed` : "";
      stream.write(`${done} of ${total} clips${failures}, about ${left} s left\n`);
    },
    close() {},
  };
}
