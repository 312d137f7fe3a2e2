/** Pieces of bytes that wait to be read, first in first out. */

/** Pieces are dropped from the list only once so many at its front are used up: each time moves all the others. */
const COMPACT_AFTER_PIECES = 1024;

/** Bytes across pieces, counted in bytes. */
export interface PieceQueue {
  readonly bytes: number;
  /** Length of the first piece, or what is left of it. */
  readonly firstBytes: number;
  push(piece: Uint8Array): void;
  /** The first `count` bytes, of which there are as many: a view if one piece has them all. */
  join(count: number): Uint8Array;
  /** Passes over the first `count` bytes, of which there are as many. */
  drop(count: number): void;
}

const EMPTY = new Uint8Array();

/** Begins with none. */
export function createQueue(): PieceQueue {
  const pieces: Uint8Array[] = [];
  let first = 0;
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    get firstBytes() {
      return pieces[first]?.length ?? 0;
    },
    push(piece) {
      if (piece.length === 0) return;
      pieces.push(piece);
      bytes += piece.length;
    },
    join(count) {
      const piece = pieces[first] ?? EMPTY;
      if (piece.length >= count) return piece.subarray(0, count);
      const joined = new Uint8Array(count);
      for (let filled = 0, index = first; filled < count; index++) {
        const part = (pieces[index] as Uint8Array).subarray(0, count - filled);
        joined.set(part, filled);
        filled += part.length;
      }
      return joined;
    },
    drop(count) {
      bytes -= count;
      for (let left = count; left > 0; ) {
        const piece = pieces[first] as Uint8Array;
        pieces[first] = left < piece.length ? piece.subarray(left) : EMPTY;
        if (left >= piece.length) first++;
        left -= Math.min(left, piece.length);
      }
      if (first >= COMPACT_AFTER_PIECES) pieces.splice(0, first);
      if (first >= COMPACT_AFTER_PIECES) first = 0;
    },
  };
}
