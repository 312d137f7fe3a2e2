/** The header that every FLAC frame begins with (RFC 9639 §9.1). */
import { crcOf } from "../crc.ts";

/** More than any frame header takes. */
export const LARGEST_FRAME_HEADER_BYTES = 16;

/** The content of a frame. */
export interface FlacFrameHeader {
  readonly headerBytes: number;
  /** Samples per channel. */
  readonly blockFrames: number;
  /** The position of the frame in the stream: a count of frames or, if block sizes vary, of samples. */
  readonly number: number;
  readonly isNumberOfSamples: boolean;
  readonly channels: number;
  /** The subframe that holds the difference of two channels, which takes a bit more per sample; -1 if none does. */
  readonly sideChannel: number;
  /** Null if it is as STREAMINFO says. */
  readonly bitsPerSample: number | null;
}

const crc8 = crcOf(8, 0x07);
const SYNC = 0xff;
const SYNC_AND_RESERVED = 0xf8;
const VARIABLE_BLOCKS = 1;
const HIGHEST_LAYOUT = 10;
/** Layouts of two channels of which one is a difference: left and side, side and right, mid and side. */
const SIDE_CHANNELS: Readonly<Record<number, number>> = { 8: 1, 9: 0, 10: 1 };
/** By code; 3 is reserved. */
const BITS_PER_SAMPLE = [null, 8, 12, undefined, 16, 20, 24, 32];

/** Reads the header that begins at `start`; null if none does, or not all of it is there. */
export function readFlacFrameHeader(bytes: Uint8Array, start: number): FlacFrameHeader | null {
  const [sync, sync1 = 0, sizes = 0, format = 0] = bytes.subarray(start, start + 4);
  if (sync !== SYNC || (sync1 & 0xfe) !== SYNC_AND_RESERVED || (format & 1) !== 0) return null;
  const blockCode = sizes >> 4;
  const rateCode = sizes & 0x0f;
  const layout = format >> 4;
  const bitsPerSample = BITS_PER_SAMPLE[(format >> 1) & 7];
  if (blockCode === 0 || rateCode === 0x0f || layout > HIGHEST_LAYOUT) return null;
  const numberBytes = codedNumberBytes(bytes[start + 4] ?? 0);
  if (numberBytes === null || bitsPerSample === undefined) return null;
  const blockAt = start + 4 + numberBytes;
  const rateAt = blockAt + (blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0);
  const crcAt = rateAt + (rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0);
  if (crcAt >= bytes.length || crc8(bytes, start, crcAt) !== bytes[crcAt]) return null;
  return {
    headerBytes: crcAt + 1 - start,
    blockFrames: blockFrames(blockCode, bytes, blockAt),
    number: codedNumber(bytes.subarray(start + 4, blockAt)),
    isNumberOfSamples: (sync1 & 1) === VARIABLE_BLOCKS,
    channels: layout in SIDE_CHANNELS ? 2 : layout + 1,
    sideChannel: SIDE_CHANNELS[layout] ?? -1,
    bitsPerSample,
  };
}

/** The length of a frame or sample number that is coded like a character of UTF-8, of up to 7 bytes. */
function codedNumberBytes(first: number): number | null {
  const ones = Math.clz32(~(first << 24));
  if (ones === 0) return 1;
  return ones === 1 || ones > 7 ? null : ones;
}

function codedNumber([first = 0, ...others]: Uint8Array): number {
  const firstBits = others.length === 0 ? first : first & (0x3f >> others.length);
  return others.reduce((number, byte) => number * 2 ** 6 + (byte & 0x3f), firstBits);
}

function blockFrames(code: number, bytes: Uint8Array, at: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 576 << (code - 2);
  if (code === 6) return (bytes[at] as number) + 1;
  if (code === 7) return ((bytes[at] as number) << 8) + (bytes[at + 1] as number) + 1;
  return 256 << (code - 8);
}
