/** Pieces of bytes that wait to be read, first in first out. */

/** Pieces are dropped from the list only once so many at its front are used up: each time moves all the others. */
const COMPACT_AFTER_PIECES = 1024;
/** Room that is made at least for pieces that are read across their borders. */
const LEAST_ROOM_BYTES = 4_096;

/** Bytes across pieces, counted in bytes. */
export interface PieceQueue {
  readonly bytes: number;
  /** Length of the first piece, or what is left of it. */
  readonly firstBytes: number;
  push(piece: Uint8Array): void;
  /** The first `count` bytes, of which there are as many: a view, which stays as it is whatever is done with the queue. */
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
  /** Room behind the first piece, if that was put together here. */
  let room = EMPTY;

  const next = () => {
    first++;
    room = EMPTY;
  };
  /**
   * Makes the first piece as long as is asked for, by what follows it. There is room for as much again, so that going
   * forward byte by byte with long looks ahead copies each byte a few times at most.
   */
  const lengthenFirst = (count: number): Uint8Array => {
    let whole = pieces[first] as Uint8Array;
    if (room.length < count - whole.length) {
      const larger = new Uint8Array(Math.max(LEAST_ROOM_BYTES, 2 * count));
      larger.set(whole);
      room = larger.subarray(whole.length);
      whole = larger.subarray(0, whole.length);
    }
    while (whole.length < count) {
      const piece = pieces[first + 1] as Uint8Array;
      const part = piece.subarray(0, room.length);
      room.set(part);
      room = room.subarray(part.length);
      whole = new Uint8Array(whole.buffer, whole.byteOffset, whole.length + part.length);
      if (part.length < piece.length) pieces[first + 1] = piece.subarray(part.length);
      else pieces[first++] = EMPTY;
    }
    pieces[first] = whole;
    return whole;
  };

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
      if (count === 0) return EMPTY;
      const piece = pieces[first] as Uint8Array;
      return (piece.length >= count ? piece : lengthenFirst(count)).subarray(0, count);
    },
    drop(count) {
      bytes -= count;
      for (let left = count; left > 0; ) {
        const piece = pieces[first] as Uint8Array;
        pieces[first] = left < piece.length ? piece.subarray(left) : EMPTY;
        if (left >= piece.length) next();
        left -= Math.min(left, piece.length);
      }
      if (first >= COMPACT_AFTER_PIECES) pieces.splice(0, first);
      if (first >= COMPACT_AFTER_PIECES) first = 0;
    },
  };
}
