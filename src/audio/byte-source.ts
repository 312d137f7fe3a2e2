/** Bytes that arrive in pieces, read in the portions that a parser wants. */

/** Decoders are fed pieces of at most so many bytes. */
export const PIECE_BYTES = 65_536;

/** Reads forward through bytes that may still be arriving. */
export interface ByteSource {
  /** Bytes taken so far. */
  readonly position: number;
  /** The next `count` bytes without taking them; fewer only at the end. */
  peek(count: number): Promise<Uint8Array>;
  /** Takes the next `count` bytes; fewer only at the end. */
  read(count: number): Promise<Uint8Array>;
  /** Passes over `count` bytes without holding them; gives how many there were. */
  skip(count: number): Promise<number>;
  /** Takes whatever is there, at least one byte and at most `PIECE_BYTES`; null at the end. */
  next(): Promise<Uint8Array | null>;
}

const EMPTY = new Uint8Array();

/** Reads from an iterable of pieces, which it pulls only as needed. */
export function byteSource(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteSource {
  const iterator = toAsyncIterator(pieces);
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let ended = false;
  let position = 0;

  const pull = async (wanted: number): Promise<void> => {
    while (heldBytes < wanted && !ended) {
      const { done, value } = await iterator.next();
      if (done) ended = true;
      else if (value.length > 0) {
        held.push(value);
        heldBytes += value.length;
      }
    }
  };

  const take = (count: number): Uint8Array => {
    const bytes = joinFirst(held, Math.min(count, heldBytes));
    drop(bytes.length);
    return bytes;
  };

  const drop = (count: number): void => {
    let left = count;
    while (left > 0) {
      const [first] = held as [Uint8Array];
      if (first.length <= left) held = held.slice(1);
      else held[0] = first.subarray(left);
      left -= Math.min(left, first.length);
    }
    heldBytes -= count;
    position += count;
  };

  return {
    get position() {
      return position;
    },
    async peek(count) {
      await pull(count);
      return joinFirst(held, Math.min(count, heldBytes));
    },
    async read(count) {
      await pull(count);
      return take(count);
    },
    async skip(count) {
      let skipped = 0;
      while (skipped < count) {
        await pull(1);
        if (heldBytes === 0) break;
        const portion = Math.min(count - skipped, heldBytes);
        drop(portion);
        skipped += portion;
      }
      return skipped;
    },
    async next() {
      await pull(1);
      const first = held[0];
      return first === undefined ? null : take(Math.min(first.length, PIECE_BYTES));
    },
  };
}

function joinFirst(pieces: readonly Uint8Array[], count: number): Uint8Array {
  const first = pieces[0] ?? EMPTY;
  if (first.length >= count) return first.subarray(0, count);
  const joined = new Uint8Array(count);
  let filled = 0;
  for (const piece of pieces) {
    if (filled === count) break;
    const part = piece.subarray(0, count - filled);
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}

async function* toAsyncIterator(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
