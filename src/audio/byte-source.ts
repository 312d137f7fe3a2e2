/** Bytes that arrive in pieces, read in the portions that a parser wants. */
import { breather } from "./pace.ts";
import { createQueue } from "./piece-queue.ts";

/** Decoders are fed pieces of at most so many bytes. */
export const PIECE_BYTES = 65_536;

/** Other work is let in after so many bytes, of which a call counts as some whatever it takes. */
const BYTES_BETWEEN_BREATHS = 2 ** 21;
const CALL_BYTES = 256;

/** Bytes in order, in pieces of any size. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

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

/**
 * Reads from an iterable of pieces, which it pulls only as needed. What it gives are plain Uint8Arrays, whatever comes in;
 * they may be views of a part of a buffer. Parsers that go through many bytes do not hold up other work.
 */
export function byteSource(pieces: Pieces): ByteSource {
  const iterator = toAsyncIterator(pieces);
  const held = createQueue();
  const breathe = breather(BYTES_BETWEEN_BREATHS);
  let ended = false;
  let position = 0;

  const pull = async (wanted: number): Promise<void> => {
    await breathe(CALL_BYTES);
    while (held.bytes < wanted && !ended) {
      const { done, value } = await iterator.next();
      if (done) ended = true;
      else held.push(plain(value));
    }
  };

  const take = (count: number): Uint8Array => {
    const bytes = held.join(Math.min(count, held.bytes));
    drop(bytes.length);
    return bytes;
  };

  const drop = (count: number): void => {
    held.drop(count);
    position += count;
  };

  return {
    get position() {
      return position;
    },
    async peek(count) {
      await pull(count);
      return held.join(Math.min(count, held.bytes));
    },
    async read(count) {
      await pull(count);
      await breathe(Math.min(count, held.bytes));
      return take(count);
    },
    async skip(count) {
      let skipped = 0;
      while (skipped < count) {
        await pull(1);
        if (held.bytes === 0) break;
        const portion = Math.min(count - skipped, held.bytes);
        await breathe(portion);
        drop(portion);
        skipped += portion;
      }
      return skipped;
    },
    async next() {
      await pull(1);
      return held.bytes === 0 ? null : take(Math.min(held.firstBytes, PIECE_BYTES));
    },
  };
}

/** The same bytes, of no class of a runtime's own: a Buffer's `slice()` does not copy, as parsers expect it to. */
function plain(piece: Uint8Array): Uint8Array {
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** The next bytes of a source as one of their own, with positions from 0: `count` of them, or all that are left. */
export function portionOf(source: ByteSource, count = Infinity): ByteSource {
  return byteSource(takePieces(source, count));
}

async function* takePieces(source: ByteSource, count: number): AsyncGenerator<Uint8Array> {
  for (let leftBytes = count; leftBytes > 0; ) {
    const piece = await (leftBytes < PIECE_BYTES ? source.read(leftBytes) : source.next());
    if (piece === null || piece.length === 0) return;
    leftBytes -= piece.length;
    yield piece;
  }
}

async function* toAsyncIterator(pieces: Pieces): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
