/** Boxes of MP4 and QuickTime files (ISO/IEC 14496-12): a size, a type, and what is in them. */

import { viewOf } from "../../../../bytes.ts";
import { fourCharacters } from "../../../bytes/marks.ts";
import type { ByteSource } from "../../../bytes/source.ts";
import { cutShort, damaged } from "../../../faults.ts";

export const SMALLEST_HEADER_BYTES = 8;
export const LARGEST_HEADER_BYTES = 16;
/** Sizes that stand for something else. */
const TO_THE_END = 0;
const IS_LARGE = 1;

/** The header of a box. */
export interface BoxHeader {
  readonly type: string;
  readonly headerBytes: number;
  /** Of the box's own; infinite if it goes on to the end of what it lies in. */
  readonly bytes: number;
}

/** A box with its own bytes. */
export interface Box {
  readonly type: string;
  readonly body: Uint8Array;
}

/**
 * Takes a box's header, so that its own bytes come next; null at the end of the file.
 * @throws UndertoneError `clip-truncated` if the file ends within it, `clip-damaged` if it is none.
 */
export async function readBoxHeader(source: ByteSource): Promise<BoxHeader | null> {
  const bytes = await source.peek(LARGEST_HEADER_BYTES);
  if (bytes.length === 0) return null;
  const header = parseBoxHeader(bytes);
  if (header === null) {
    if (bytes.length < LARGEST_HEADER_BYTES) throw cutShort("within the header of a box");
    throw damaged(`there is no box at byte ${source.position}`);
  }
  await source.read(header.headerBytes);
  return header;
}

/** The boxes of a parent that is wholly there; what is left of a damaged one is not gone into. */
export function* walkBoxes(parent: Uint8Array): Generator<Box> {
  for (let position = 0; position < parent.length; ) {
    const header = parseBoxHeader(parent.subarray(position));
    if (header === null) return;
    const start = position + header.headerBytes;
    const end = Math.min(parent.length, start + header.bytes);
    yield { type: header.type, body: parent.subarray(start, end) };
    position = end;
  }
}

/** The first box of a type in `parent`, or null. */
export function findBox(parent: Uint8Array, type: string): Uint8Array | null {
  for (const box of walkBoxes(parent)) {
    if (box.type === type) return box.body;
  }
  return null;
}

/** The header that `bytes` begin with, or null if they are none or end within it. */
export function parseBoxHeader(bytes: Uint8Array): BoxHeader | null {
  if (bytes.length < SMALLEST_HEADER_BYTES) return null;
  const view = viewOf(bytes);
  const type = fourCharacters(bytes, 4);
  const size = view.getUint32(0);
  if (size === TO_THE_END) return { type, headerBytes: SMALLEST_HEADER_BYTES, bytes: Infinity };
  const isLarge = size === IS_LARGE;
  if (isLarge && bytes.length < LARGEST_HEADER_BYTES) return null;
  const headerBytes = isLarge ? LARGEST_HEADER_BYTES : SMALLEST_HEADER_BYTES;
  const boxBytes = isLarge ? Number(view.getBigUint64(8)) : size;
  return boxBytes < headerBytes ? null : { type, headerBytes, bytes: boxBytes - headerBytes };
}
