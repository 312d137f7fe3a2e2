/** Recognises MP4 and QuickTime files by the boxes that they begin with (ISO/IEC 14496-12, QuickTime File Format). */

import { viewOf } from "../../bytes.ts";
import { fourCharacters } from "../bytes/marks.ts";
import { parseBoxHeader, SMALLEST_HEADER_BYTES } from "../containers/mp4/boxes/box.ts";

/** Boxes that no other file begins with. */
const OWN = ["ftyp", "moov", "mdat", "moof", "styp", "wide"];
/** Boxes that may come before those, and whose names are likelier to stand in other files. */
const LEADING = [
  "free",
  "skip",
  "junk",
  "uuid",
  "udta",
  "pnot",
  "PICT",
  "pict",
  "sidx",
  "emsg",
  "prft",
  "pdin",
];
/** JPEG 2000 images are made of boxes too. */
const OTHERS = ["jP  ", "JXL "];
const BOX_TYPE = /^[\x20-\x7e\xa9]{4}$/;
/** No box at the front is that large, but for ones whose size is written in eight bytes. */
const MOST_OWN_BYTES = 2 ** 28;
/** Text begins with larger numbers. */
const MOST_LEADING_BYTES = 2 ** 27;

/**
 * True if a file begins with a box of its own, or with others that one of its own follows.
 * @param bytes its first ones; of a leading box that goes beyond them the name is enough, of others it is not.
 */
export function isMp4(bytes: Uint8Array): boolean {
  for (let at = 0; at + SMALLEST_HEADER_BYTES <= bytes.length; ) {
    const header = parseBoxHeader(bytes.subarray(at));
    if (header === null) return OWN.includes(fourCharacters(bytes, at + 4)) && bytes[at] === 0;
    const { type } = header;
    if (OWN.includes(type)) return isBelow(MOST_OWN_BYTES, bytes, at);
    if (OTHERS.includes(type) || !BOX_TYPE.test(type)) return false;
    if (!isBelow(MOST_LEADING_BYTES, bytes, at) || header.bytes === Infinity) return false;
    const end = at + header.headerBytes + header.bytes;
    if (end + SMALLEST_HEADER_BYTES > bytes.length) return LEADING.includes(type);
    at = end;
  }
  return false;
}

/** By the four bytes that a size is written in first. */
function isBelow(bound: number, bytes: Uint8Array, at: number): boolean {
  return viewOf(bytes).getUint32(at) < bound;
}
