/** FLAC's STREAMINFO block (RFC 9639 §8.2). */
import { damaged } from "../../faults.ts";

export const STREAM_INFO_BYTES = 34;

/** The format of the samples. */
export interface StreamInfo {
  readonly smallestBlockFrames: number;
  readonly largestBlockFrames: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Samples per channel; 0 if that is not known. */
  readonly totalFrames: number;
}

/** @throws UndertoneError `clip-damaged` if it is too short. */
export function readStreamInfo(block: Uint8Array): StreamInfo {
  if (block.length < STREAM_INFO_BYTES) throw damaged("its STREAMINFO block is too short");
  const view = new DataView(block.buffer, block.byteOffset, STREAM_INFO_BYTES);
  const rateAndLayout = view.getUint32(10);
  return {
    smallestBlockFrames: view.getUint16(0),
    largestBlockFrames: view.getUint16(2),
    sampleRateHz: rateAndLayout >>> 12,
    channels: ((rateAndLayout >>> 9) & 7) + 1,
    bitsPerSample: ((rateAndLayout >>> 4) & 31) + 1,
    totalFrames: (rateAndLayout & 0x0f) * 2 ** 32 + view.getUint32(14),
  };
}

/** A FLAC file's beginning with that one block, which leaves the length and the checksum of the samples unknown. */
export function writeStreamInfo(info: StreamInfo): Uint8Array {
  const bytes = new Uint8Array(8 + STREAM_INFO_BYTES);
  bytes.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, STREAM_INFO_BYTES]);
  const view = new DataView(bytes.buffer, 8);
  view.setUint16(0, info.smallestBlockFrames);
  view.setUint16(2, info.largestBlockFrames);
  view.setUint32(
    10,
    (info.sampleRateHz << 12) | ((info.channels - 1) << 9) | ((info.bitsPerSample - 1) << 4),
  );
  return bytes;
}
