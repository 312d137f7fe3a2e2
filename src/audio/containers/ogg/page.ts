/** Ogg pages (RFC 3533 §6). */

import { viewOf } from "../../../bytes.ts";
import { crcOf } from "../../codecs/crc.ts";

/** One page of one of a file's streams. */
export interface OggPage {
  readonly serial: number;
  /** Pages of one stream are counted from 0. */
  readonly sequence: number;
  /** True if it begins with the rest of a packet. */
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** The position of the stream, in the codec's units, after the packets that end on the page; null if none does. */
  readonly granulePosition: number | null;
  /** The packets' parts, of which the last one goes on if `continues`. */
  readonly parts: readonly Uint8Array[];
  readonly continues: boolean;
  /** True if the file breaks off within the page, so that its checksum cannot be known. */
  readonly isCut: boolean;
}

export const OGG_MAGIC = [0x4f, 0x67, 0x67, 0x53] as const;
/** Of a page without segments. */
export const OGG_HEADER_BYTES = 27;
const VERSION_OFFSET = 4;
const CRC_OFFSET = 22;
const CRC_BYTES = 4;
const WHOLE_SEGMENT_BYTES = 255;
const crc32 = crcOf(32, 0x04c11db7);
const NO_CRC = new Uint8Array(CRC_BYTES);

/** True if a page may begin at `at`. */
export function isOggPage(bytes: Uint8Array, at = 0): boolean {
  return (
    bytes[at] === OGG_MAGIC[0] &&
    bytes[at + 1] === OGG_MAGIC[1] &&
    bytes[at + 2] === OGG_MAGIC[2] &&
    bytes[at + 3] === OGG_MAGIC[3] &&
    bytes[at + VERSION_OFFSET] === 0
  );
}

/** The length of a page's header by its first 27 bytes. */
export function oggHeaderBytes(start: Uint8Array): number {
  return OGG_HEADER_BYTES + (start[OGG_HEADER_BYTES - 1] ?? 0);
}

/** The length of a page by its whole header. */
export function oggPageBytes(header: Uint8Array): number {
  return header
    .subarray(OGG_HEADER_BYTES)
    .reduce((bytes, segment) => bytes + segment, header.length);
}

/** True if a page has the checksum that it should have. */
export function isIntact(page: Uint8Array): boolean {
  const stored = viewOf(page).getUint32(CRC_OFFSET, true);
  let check = crc32(page, 0, CRC_OFFSET);
  check = crc32(NO_CRC, 0, CRC_BYTES, check);
  return crc32(page, CRC_OFFSET + CRC_BYTES, page.length, check) === stored;
}

/** Reads a page, or what there is of one whose header is whole. */
export function parseOggPage(page: Uint8Array): OggPage {
  const view = viewOf(page);
  const flags = view.getUint8(5);
  const granulePosition = view.getBigInt64(6, true);
  const header = page.subarray(0, oggHeaderBytes(page));
  return {
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    granulePosition: granulePosition < 0n ? null : Number(granulePosition),
    ...split(header.subarray(OGG_HEADER_BYTES), page.subarray(header.length)),
    isCut: page.length < oggPageBytes(header),
  };
}

/** A packet ends with its first segment that is not full; of a body that is cut, only what is there whole counts. */
function split(segments: Uint8Array, body: Uint8Array): Pick<OggPage, "parts" | "continues"> {
  const parts: Uint8Array[] = [];
  let start = 0;
  let end = 0;
  for (const bytes of segments) {
    end += bytes;
    if (end > body.length) return { parts, continues: false };
    if (bytes === WHOLE_SEGMENT_BYTES) continue;
    parts.push(body.subarray(start, end));
    start = end;
  }
  const continues = start < end;
  if (continues) parts.push(body.subarray(start, end));
  return { parts, continues };
}
