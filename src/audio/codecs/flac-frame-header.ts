/** The header that every FLAC frame begins with (RFC 9639 §9.1). */
import { crcOf } from "./crc.ts";

/** More than any frame header takes. */
export const LARGEST_FRAME_HEADER_BYTES = 16;

/** How much of a frame its header is, and how many samples per channel it holds. */
export interface FlacFrameHeader {
  readonly headerBytes: number;
  readonly blockFrames: number;
}

const crc8 = crcOf(8, 0x07);
const SYNC = 0xff;
const SYNC_AND_RESERVED = 0xf8;

/** Reads the header that begins at `start`; null if none does, or not all of it is there. */
export function readFlacFrameHeader(bytes: Uint8Array, start: number): FlacFrameHeader | null {
  const [sync, sync1 = 0, sizes = 0, layout = 0] = bytes.subarray(start, start + 4);
  if (sync !== SYNC || (sync1 & 0xfe) !== SYNC_AND_RESERVED || (layout & 1) !== 0) return null;
  const blockCode = sizes >> 4;
  const rateCode = sizes & 0x0f;
  if (blockCode === 0 || rateCode === 0x0f || layout >> 4 > 10) return null;
  const numberBytes = codedNumberBytes(bytes[start + 4] ?? 0);
  if (numberBytes === null) return null;
  const blockAt = start + 4 + numberBytes;
  const rateAt = blockAt + (blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0);
  const crcAt = rateAt + (rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0);
  if (crcAt >= bytes.length || crc8(bytes, start, crcAt) !== bytes[crcAt]) return null;
  return {
    headerBytes: crcAt + 1 - start,
    blockFrames: blockFrames(blockCode, bytes, blockAt),
  };
}

/** How long a frame or sample number is that is coded like a character of UTF-8, of up to 7 bytes. */
function codedNumberBytes(first: number): number | null {
  const ones = Math.clz32(~(first << 24));
  if (ones === 0) return 1;
  return ones === 1 || ones > 7 ? null : ones;
}

function blockFrames(code: number, bytes: Uint8Array, at: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 576 << (code - 2);
  if (code === 6) return (bytes[at] as number) + 1;
  if (code === 7) return ((bytes[at] as number) << 8) + (bytes[at + 1] as number) + 1;
  return 256 << (code - 8);
}
