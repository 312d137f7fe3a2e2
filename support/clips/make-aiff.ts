/** Writes AIFF and AIFC files for tests: known bytes of samples in, files out. */
import { ascii, concatenate } from "./make-wav.ts";

export interface AiffContent {
  /** An AIFC file if given, else AIFF. */
  readonly compressionType?: string;
  readonly channels: number;
  readonly frames: number;
  readonly sampleBits: number;
  /** Ten bytes, an 80-bit float. */
  readonly sampleRate: Uint8Array;
  /** The interleaved samples as they are stored. */
  readonly data: Uint8Array;
}

/** 80-bit floats as the standard's tables and common files have them. */
export const RATES_80 = {
  8000: Uint8Array.of(0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0),
  22050: Uint8Array.of(0x40, 0x0d, 0xac, 0x44, 0, 0, 0, 0, 0, 0),
  44100: Uint8Array.of(0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0),
  48000: Uint8Array.of(0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0),
};

/** A COMM chunk, then an SSND chunk. */
export function makeAiff(content: AiffContent): Uint8Array<ArrayBuffer> {
  return makeForm(content.compressionType === undefined ? "AIFF" : "AIFC", [
    commonChunk(content),
    soundChunk(content.data),
  ]);
}

/** A FORM of these chunks. */
export function makeForm(
  type: "AIFF" | "AIFC",
  chunks: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const body = concatenate([ascii(type), ...chunks]);
  return concatenate([ascii("FORM"), uint32(body.length), body]);
}

/** Encoding of the samples. */
export function commonChunk(content: AiffContent): Uint8Array<ArrayBuffer> {
  const { compressionType, channels, frames, sampleBits, sampleRate } = content;
  const compression =
    compressionType === undefined ? [] : [ascii(compressionType), Uint8Array.of(0, 0)];
  return chunk("COMM", [
    uint16(channels),
    uint32(frames),
    uint16(sampleBits),
    sampleRate,
    ...compression,
  ]);
}

/** The samples, after `offset` bytes that are none. */
export function soundChunk(data: Uint8Array, offset = 0): Uint8Array<ArrayBuffer> {
  return chunk("SSND", [uint32(offset), uint32(0), new Uint8Array(offset).fill(0x55), data]);
}

/** A chunk with its pad byte. */
export function chunk(id: string, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concatenate(parts);
  return concatenate([ascii(id), uint32(body.length), body, new Uint8Array(body.length % 2)]);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
