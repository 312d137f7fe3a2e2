/** Ogg pages (RFC 3533 §6). */
import type { ByteSource } from "../byte-source.ts";
import { crcOf } from "../codecs/crc.ts";
import { viewOf } from "../riff.ts";
import { cutShort, damaged } from "./broken-file.ts";

/** One page of one of a file's streams. */
export interface OggPage {
  readonly serial: number;
  /** Whether it begins with the rest of a packet. */
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** How far the stream is, in the codec's units, once the packets that end on the page are decoded; null if none does. */
  readonly granulePosition: number | null;
  /** The packets' parts, of which the last one goes on if `continues`. */
  readonly parts: readonly Uint8Array[];
  readonly continues: boolean;
  /** Whether the file breaks off within the page, so that its checksum cannot be known. */
  readonly isCut: boolean;
}

const HEADER_BYTES = 27;
const CRC_OFFSET = 22;
const CRC_BYTES = 4;
const WHOLE_SEGMENT_BYTES = 255;
const crc32 = crcOf(32, 0x04c11db7);
const NO_CRC = new Uint8Array(CRC_BYTES);

/**
 * Takes the next page; null at the end of the file, or where something else than a page follows.
 * @throws UndertoneError `clip-truncated` within a header, `clip-damaged` if the checksum is wrong.
 */
export async function readOggPage(source: ByteSource): Promise<OggPage | null> {
  const start = await source.peek(HEADER_BYTES);
  if (!isOggPage(start)) return null;
  if (start.length < HEADER_BYTES) throw cutShort("within the header of an Ogg page");
  const segmentCount = start[HEADER_BYTES - 1] as number;
  const header = await source.read(HEADER_BYTES + segmentCount);
  const segments = header.subarray(HEADER_BYTES);
  if (segments.length < segmentCount) throw cutShort("within the header of an Ogg page");
  const bodyBytes = segments.reduce((sum, bytes) => sum + bytes, 0);
  const body = await source.read(bodyBytes);
  const isCut = body.length < bodyBytes;
  if (!isCut && !isIntact(header, body)) throw damaged("the checksum of an Ogg page is wrong");
  const view = viewOf(header);
  const flags = view.getUint8(5);
  const granulePosition = view.getBigInt64(6, true);
  return {
    serial: view.getUint32(14, true),
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    granulePosition: granulePosition < 0n ? null : Number(granulePosition),
    ...split(segments, body),
    isCut,
  };
}

/** Whether a page begins here. */
export function isOggPage(bytes: Uint8Array): boolean {
  return bytes[0] === 0x4f && bytes[1] === 0x67 && bytes[2] === 0x67 && bytes[3] === 0x53;
}

function isIntact(header: Uint8Array, body: Uint8Array): boolean {
  const stored = viewOf(header).getUint32(CRC_OFFSET, true);
  let check = crc32(header, 0, CRC_OFFSET);
  check = crc32(NO_CRC, 0, CRC_BYTES, check);
  check = crc32(header, CRC_OFFSET + CRC_BYTES, header.length, check);
  return crc32(body, 0, body.length, check) === stored;
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
