/** Keeps long work on many small things from holding up everything else. */
import { breathe } from "../../breathe.ts";

/** The longest time that a slice of work may hold the event loop. */
const SLICE_MS = 10;

/** On deployed Workers the clock stands still while code computes: there a slice ends after this much work. */
const SLICE_BYTES = 64 * 1024;

/** The fixed cost of an item, in bytes that cost as much. */
const BYTES_PER_THING = 256;

/** Measures slices of work, so that long work can give way. */
export interface Slices {
  /** Lets other work in if the slice is over, now that another thing of `bytes` bytes has been done. */
  breatheAfter(bytes: number): Promise<void> | undefined;
}

/** Begins the first slice. */
export function startSlices(): Slices {
  let startedMs = performance.now();
  let doneBytes = 0;
  const rest = async () => {
    await breathe();
    startedMs = performance.now();
    doneBytes = 0;
  };
  return {
    breatheAfter(bytes) {
      doneBytes += bytes + BYTES_PER_THING;
      const isOver = doneBytes >= SLICE_BYTES || performance.now() - startedMs >= SLICE_MS;
      return isOver ? rest() : undefined;
    },
  };
}
