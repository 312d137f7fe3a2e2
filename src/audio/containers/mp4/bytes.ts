/** The bytes of an MP4 file by their position: what was held back of it, and what is still to arrive. */

import { createQueue } from "../../bytes/piece-queue.ts";
import { type ByteSource, PIECE_BYTES } from "../../bytes/source.ts";
import { damaged } from "../../faults.ts";

/** Reads forward as the file arrives, and anywhere in what was held. */
export interface FileBytes {
  /** Takes `count` bytes of the source, fewer only at the end, and keeps them to be read later. */
  hold(count: number): Promise<void>;
  /**
   * The bytes from `offset` on, fewer only where the file ends before they do.
   * @throws UndertoneError `clip-damaged` if they went by without being held.
   */
  readAt(offset: number, count: number): Promise<Uint8Array>;
}

interface Held {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Begins with nothing held. */
export function fileBytes(source: ByteSource): FileBytes {
  const held: Held[] = [];
  return {
    async hold(count) {
      for (let leftBytes = count; leftBytes > 0; ) {
        const offset = source.position;
        const bytes = await source.read(Math.min(PIECE_BYTES, leftBytes));
        if (bytes.length === 0) return;
        held.push({ offset, bytes });
        leftBytes -= bytes.length;
      }
    },
    async readAt(offset, count) {
      const last = held.at(-1);
      if (last !== undefined && offset < last.offset + last.bytes.length) {
        return readHeld(held, offset, count);
      }
      if (offset < source.position) {
        throw damaged(`its index says that samples lie at byte ${offset}, where none are`);
      }
      await source.skip(offset - source.position);
      return source.read(count);
    },
  };
}

/** A view if one piece has all of the bytes. */
function readHeld(held: readonly Held[], offset: number, count: number): Uint8Array {
  const joined = createQueue();
  for (let index = lastAtOrBefore(held, offset); joined.bytes < count; index++) {
    const piece = held[index];
    const from = piece === undefined ? 0 : offset + joined.bytes - piece.offset;
    const part = piece?.bytes.subarray(Math.max(0, from), from + count - joined.bytes);
    if (part === undefined || from < 0 || part.length === 0) break;
    joined.push(part);
  }
  return joined.join(joined.bytes);
}

/** The index of the last piece that begins at or before `offset`; -1 if none does. */
function lastAtOrBefore(held: readonly Held[], offset: number): number {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((held[middle] as Held).offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
