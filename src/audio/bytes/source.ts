/** Bytes that arrive in pieces, read in the portions that a parser wants. */
import { bytesOf } from "../../bytes.ts";
import { type DecodeBudget, unbounded } from "../budget/budget.ts";
import { createQueue } from "./piece-queue.ts";

/** Decoders are fed pieces of at most so many bytes. */
export const PIECE_BYTES = 65_536;

/** So many bytes that arrive are as much work as a step. */
const ARRIVING_BYTES_PER_STEP = 256;

/** Bytes in order, in pieces of any size. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Reads forward through bytes that may still be arriving. Each call is a step of the clip's budget, and rests at its pace. */
export interface ByteSource {
  /** Of the clip that the bytes are of. */
  readonly budget: DecodeBudget;
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
 * Its methods throw UndertoneError `clip-too-costly` once the budget is exceeded, whatever pieces the bytes come in.
 * @param budget that of the clip; what is no clip has no bounds here
 */
export function byteSource(pieces: Pieces, budget = unbounded()): ByteSource {
  return sourceOf(pieces, budget, (bytes) => budget.take(bytes));
}

/** The same of bytes that are taken from another source of the clip. */
export function sourceWithin(pieces: Pieces, { budget }: ByteSource): ByteSource {
  return sourceOf(pieces, budget, () => {});
}

function sourceOf(
  pieces: Pieces,
  budget: DecodeBudget,
  countTaken: (bytes: number) => void,
): ByteSource {
  const iterator = toAsyncIterator(pieces);
  const held = createQueue();
  let ended = false;
  let position = 0;

  const pull = async (wanted: number): Promise<void> => {
    while (held.bytes < wanted && !ended) {
      const { done, value } = await budget.pace.wait(iterator.next());
      if (done) ended = true;
      else {
        // No class of a runtime's own: a Buffer's `slice()` does not copy, as parsers expect it to.
        held.push(bytesOf(value));
        const rest = budget.pace.spend(1 + value.length / ARRIVING_BYTES_PER_STEP);
        if (rest !== undefined) await rest;
      }
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
    countTaken(count);
  };

  return {
    budget,
    get position() {
      return position;
    },
    async peek(count) {
      const rest = budget.step(count);
      if (rest !== undefined) await rest;
      if (held.bytes < count) await pull(count);
      return held.join(Math.min(count, held.bytes));
    },
    async read(count) {
      const rest = budget.step();
      if (rest !== undefined) await rest;
      if (held.bytes < count) await pull(count);
      return take(count);
    },
    async skip(count) {
      const rest = budget.step();
      if (rest !== undefined) await rest;
      let skipped = 0;
      while (skipped < count) {
        if (held.bytes === 0) await pull(1);
        if (held.bytes === 0) break;
        const portion = Math.min(count - skipped, held.bytes);
        drop(portion);
        skipped += portion;
      }
      return skipped;
    },
    async next() {
      const rest = budget.step();
      if (rest !== undefined) await rest;
      if (held.bytes === 0) await pull(1);
      return held.bytes === 0 ? null : take(Math.min(held.firstBytes, PIECE_BYTES));
    },
  };
}

/** The next bytes of a source as one of their own, with positions from 0: `count` of them, or all that are left. */
export function portionOf(source: ByteSource, count = Infinity): ByteSource {
  const start = source.position;
  const most = (wanted: number) => Math.min(wanted, start + count - source.position);
  return {
    budget: source.budget,
    get position() {
      return source.position - start;
    },
    peek: (wanted) => source.peek(most(wanted)),
    read: (wanted) => source.read(most(wanted)),
    skip: (wanted) => source.skip(most(wanted)),
    async next() {
      if (most(PIECE_BYTES) === PIECE_BYTES) return source.next();
      const rest = await source.read(most(PIECE_BYTES));
      return rest.length === 0 ? null : rest;
    },
  };
}

async function* toAsyncIterator(pieces: Pieces): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
