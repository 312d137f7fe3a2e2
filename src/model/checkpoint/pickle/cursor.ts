/** Reads a pickle's opcodes and operands; every length is checked against what is there. */
import { invalidPickle } from "./refusals.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Names of classes are short; a longer line is no pickle. */
const MAX_LINE_BYTES = 512;

/** A place in a pickle. Reading moves it on; reading past the end throws `checkpoint-invalid`. */
export interface PickleCursor {
  readonly position: number;
  u8(): number;
  u16(): number;
  u32(): number;
  i32(): number;
  /** @throws UndertoneError `checkpoint-invalid` above 2^53. */
  u64(): number;
  f64BigEndian(): number;
  bytes(length: number): Uint8Array;
  text(length: number): string;
  /** Up to the next line feed, which is skipped. */
  line(): string;
}

/** A cursor at `start` of `source`. */
export function pickleCursor(source: Uint8Array, start: number): PickleCursor {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let position = start;
  const take = (length: number): number => {
    if (length > source.length - position) throw invalidPickle("ends too early");
    position += length;
    return position - length;
  };
  const bytes = (length: number): Uint8Array => {
    const from = take(length);
    return source.subarray(from, from + length);
  };
  return {
    get position() {
      return position;
    },
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    i32: () => view.getInt32(take(4), true),
    u64: () => {
      const value = view.getBigUint64(take(8), true);
      if (value > Number.MAX_SAFE_INTEGER) throw invalidPickle("has a length larger than any file");
      return Number(value);
    },
    f64BigEndian: () => view.getFloat64(take(8), false),
    bytes,
    text: (length) => decode(bytes(length)),
    line: () => {
      const end = source.subarray(position, position + MAX_LINE_BYTES).indexOf(0x0a);
      if (end === -1) throw invalidPickle("has a line without an end");
      const line = decode(bytes(end));
      take(1);
      return line;
    },
  };
}

function decode(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw invalidPickle("has text that is not UTF-8");
  }
}
