/** EBML (RFC 8794): elements of an id, a size and that many bytes. */

import { viewOf } from "../../../bytes.ts";
import type { DecodeBudget } from "../../budget/budget.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { cutShort, damaged } from "../../faults.ts";

const LONGEST_ID_BYTES = 4;
const LONGEST_SIZE_BYTES = 8;
/** Elements in memory are gone through without a rest, and a file has few of them. */
const STEPS_PER_ELEMENT = 4;
const LONGEST_HEADER_BYTES = LONGEST_ID_BYTES + LONGEST_SIZE_BYTES;

/** A number of one to eight bytes whose leading zeros tell how many. */
export interface VariableInt {
  /** Null where all bits are ones: "not known yet". */
  readonly value: number | null;
  readonly bytes: number;
}

/** The header of an element. */
export interface ElementHeader {
  readonly id: number;
  /** The size in bytes; null if the element ends where its parent or the file does. */
  readonly bytes: number | null;
}

/** Counts elements. */
export type ElementBudget = Pick<DecodeBudget, "elements">;

/** An element with its own bytes. */
export interface Element {
  readonly id: number;
  readonly body: Uint8Array;
}

/** The number at `offset`, or null if the bytes end before it does or it is longer than eight bytes. */
export function readVariableInt(bytes: Uint8Array, offset: number): VariableInt | null {
  const first = bytes[offset] ?? 0;
  const length = Math.clz32(first) - 23;
  if (length > LONGEST_SIZE_BYTES || offset + length > bytes.length) return null;
  let value = first & (0xff >> length);
  let allOnes = value === 0xff >> length;
  for (let index = 1; index < length; index++) {
    const byte = bytes[offset + index] as number;
    allOnes &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { value: allOnes ? null : value, bytes: length };
}

/**
 * Takes an element's header, so that its bytes come next; null at the end of the file.
 * @throws UndertoneError `clip-truncated` if the file ends within it, `clip-damaged` if it is none.
 */
export async function readElementHeader(source: ByteSource): Promise<ElementHeader | null> {
  const bytes = await source.peek(LONGEST_HEADER_BYTES);
  if (bytes.length === 0) return null;
  const header = parseElementHeader(bytes);
  if (header === null) {
    if (bytes.length < LONGEST_HEADER_BYTES) {
      throw cutShort("within the header of an element");
    }
    throw damaged(`there is no element at byte ${source.position}`);
  }
  await source.read(header.headerBytes);
  return header;
}

/**
 * The elements of a parent that is wholly there; what is left of a damaged one is not gone into.
 * @param budget that of the clip, for parents that may be large
 * @throws UndertoneError `clip-too-costly`.
 */
export function* walkElements(parent: Uint8Array, budget?: ElementBudget): Generator<Element> {
  for (let position = 0; position < parent.length; ) {
    const header = parseElementHeader(parent.subarray(position, position + LONGEST_HEADER_BYTES));
    if (header === null) return;
    budget?.elements(STEPS_PER_ELEMENT);
    const start = position + header.headerBytes;
    const end = header.bytes === null ? parent.length : start + header.bytes;
    yield { id: header.id, body: parent.subarray(start, end) };
    position = end;
  }
}

/** An unsigned integer of up to eight bytes, big-endian. */
export function unsignedOf(body: Uint8Array): number {
  return body.subarray(0, 8).reduce((value, byte) => value * 256 + byte, 0);
}

/** A signed integer of up to eight bytes, big-endian. */
export function signedOf(body: Uint8Array): number {
  const [first = 0, ...others] = body.subarray(0, 8);
  return others.reduce((value, byte) => value * 256 + byte, (first << 24) >> 24);
}

/** A float of four or eight bytes; of any other size, 0. */
export function floatOf(body: Uint8Array): number {
  if (body.length === 4) return viewOf(body).getFloat32(0);
  return body.length === 8 ? viewOf(body).getFloat64(0) : 0;
}

/** ASCII text up to its first zero byte. */
export function textOf(body: Uint8Array): string {
  const end = body.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? body : body.subarray(0, end));
}

/** An id keeps the bits that tell its length. */
function parseElementHeader(bytes: Uint8Array): (ElementHeader & { headerBytes: number }) | null {
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  if (idBytes > LONGEST_ID_BYTES || idBytes > bytes.length) return null;
  const size = readVariableInt(bytes, idBytes);
  if (size === null) return null;
  return {
    id: unsignedOf(bytes.subarray(0, idBytes)),
    bytes: size.value,
    headerBytes: idBytes + size.bytes,
  };
}
