/** The pieces of a body → one array, without holding up other requests. */
import { breathe } from "../../../breathe.ts";

/** Copying so many bytes into memory that is touched for the first time takes less than a millisecond. */
const SLICE_BYTES = 1024 * 1024;

/** Joins pieces; other work is let in after each megabyte, for many large bodies may end at once. */
export async function joinInSlices(
  pieces: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0));
  let filled = 0;
  let restedAt = 0;
  for (const piece of pieces) {
    whole.set(piece, filled);
    filled += piece.length;
    if (filled - restedAt < SLICE_BYTES) continue;
    restedAt = filled;
    await breathe();
  }
  return whole;
}
