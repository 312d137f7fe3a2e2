/** The header that every frame of MPEG audio begins with (ISO/IEC 11172-3 §2.4.1.3, 13818-3, MPEG 2.5). */

export const MP3_HEADER_BYTES = 4;

/** The kind and the length of a frame. */
export interface Mp3FrameHeader {
  readonly isMpeg1: boolean;
  readonly layer: 1 | 2 | 3;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** Samples per channel. */
  readonly samples: number;
  readonly frameBytes: number;
  /** True if it is of free format, so that `frameBytes` is not what it says of itself. */
  readonly isFree: boolean;
}

/** In kbit/s, by index. */
const BIT_RATES = {
  mpeg1: {
    1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  mpeg2: {
    1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;
const SAMPLE_RATES_HZ = [44_100, 48_000, 32_000];
/** By the version's two bits: 2.5, reserved, 2, 1. */
const RATE_DIVISORS = [4, null, 2, 1];
const MONO = 3;
/** Of a header's third byte, all but the padding bit and a private one. */
const NOT_PADDING = 0xfc;
/** Of a mono frame at 8 kbit/s with nothing in it, and of 640 kbit/s at 32 kHz with as much again to spare. */
const SHORTEST_FREE_FRAME_BYTES = 24;
const LONGEST_FREE_FRAME_BYTES = 6_000;

/**
 * Reads the header at `start`; null if none stands there.
 * @param freeFrameBytes how long a frame of free format is that is not padded, which its header does not say; without it such
 *   headers are none.
 */
export function readMp3FrameHeader(
  bytes: Uint8Array,
  start: number,
  freeFrameBytes: number | null = null,
): Mp3FrameHeader | null {
  const { [start]: sync, [start + 1]: version = 0, [start + 2]: rates = 0 } = bytes;
  const mode = bytes[start + 3];
  if (mode === undefined || sync !== 0xff || version < 0xe0) return null;
  const divisor = RATE_DIVISORS[(version >> 3) & 3];
  const layer = 4 - ((version >> 1) & 3);
  const fullRateHz = SAMPLE_RATES_HZ[(rates >> 2) & 3];
  if (!divisor || fullRateHz === undefined || !isLayer(layer)) return null;
  const isMpeg1 = divisor === 1;
  const kilobits = BIT_RATES[isMpeg1 ? "mpeg1" : "mpeg2"][layer][rates >> 4];
  if (kilobits === undefined) return null;
  const sampleRateHz = fullRateHz / divisor;
  const slotBytes = layer === 1 ? 4 : 1;
  const samples = layer === 1 ? 384 : layer === 3 && !isMpeg1 ? 576 : 1_152;
  const unpaddedBytes =
    kilobits === 0 ? freeFrameBytes : coded(samples, kilobits, sampleRateHz, slotBytes);
  if (unpaddedBytes === null) return null;
  const padding = (rates >> 1) & 1;
  return {
    ...{ isMpeg1, layer, sampleRateHz, samples },
    channels: mode >> 6 === MONO ? 1 : 2,
    frameBytes: unpaddedBytes + padding * slotBytes,
    isFree: kilobits === 0,
  };
}

/** The length of a frame at its bit rate. */
function coded(samples: number, kilobits: number, sampleRateHz: number, slotBytes: number): number {
  const slots = Math.floor((samples * kilobits * 1_000) / (8 * slotBytes * sampleRateHz));
  return slots * slotBytes;
}

/**
 * How long the unpadded frames of free format are of which the first begins at `start`: as far as it is to the next header of
 * the same kind, if a third one is as far again. Null if it is of another format, or `bytes` do not reach so far.
 */
export function measureFreeFrame(bytes: Uint8Array, start: number): number | null {
  const { [start + 1]: version = 0, [start + 2]: rates = 0 } = bytes;
  if (rates >> 4 !== 0 || readMp3FrameHeader(bytes, start, 0) === null) return null;
  const isNext = (at: number) =>
    bytes[at] === 0xff &&
    bytes[at + 1] === version &&
    ((bytes[at + 2] ?? 0) & NOT_PADDING) === (rates & NOT_PADDING);
  const end = Math.min(bytes.length, start + LONGEST_FREE_FRAME_BYTES);
  for (let next = start + SHORTEST_FREE_FRAME_BYTES; next < end; next++) {
    if (!isNext(next)) continue;
    const free = next - start - paddingBytes(bytes, start);
    const third = next + free + paddingBytes(bytes, next);
    return isNext(third) ? free : null;
  }
  return null;
}

function paddingBytes(bytes: Uint8Array, start: number): number {
  return readMp3FrameHeader(bytes, start, 0)?.frameBytes ?? 0;
}

function isLayer(layer: number): layer is 1 | 2 | 3 {
  return layer >= 1 && layer <= 3;
}
