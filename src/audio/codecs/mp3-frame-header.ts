/** The header that every frame of MPEG audio begins with (ISO/IEC 11172-3 §2.4.1.3, 13818-3, MPEG 2.5). */

export const MP3_HEADER_BYTES = 4;

/** What a frame is and how long. */
export interface Mp3FrameHeader {
  readonly layer: 1 | 2 | 3;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  readonly frameBytes: number;
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

/** Reads the header at `start`; null if none stands there, or one of free format, which does not say how long its frame is. */
export function readMp3FrameHeader(bytes: Uint8Array, start: number): Mp3FrameHeader | null {
  const [sync = 0, version = 0, rates = 0, mode = 0] = bytes.subarray(
    start,
    start + MP3_HEADER_BYTES,
  );
  if (start + MP3_HEADER_BYTES > bytes.length || sync !== 0xff || version < 0xe0) return null;
  const divisor = RATE_DIVISORS[(version >> 3) & 3];
  const layer = 4 - ((version >> 1) & 3);
  const fullRateHz = SAMPLE_RATES_HZ[(rates >> 2) & 3];
  if (!divisor || fullRateHz === undefined || !isLayer(layer)) return null;
  const kilobits = BIT_RATES[divisor === 1 ? "mpeg1" : "mpeg2"][layer][rates >> 4];
  if (!kilobits) return null;
  const sampleRateHz = fullRateHz / divisor;
  const padding = (rates >> 1) & 1;
  return {
    layer,
    sampleRateHz,
    channels: mode >> 6 === MONO ? 1 : 2,
    frameBytes: frameBytes(layer, divisor === 1, kilobits * 1000, sampleRateHz, padding),
  };
}

function isLayer(layer: number): layer is 1 | 2 | 3 {
  return layer >= 1 && layer <= 3;
}

function frameBytes(
  layer: 1 | 2 | 3,
  isMpeg1: boolean,
  bitsPerSecond: number,
  sampleRateHz: number,
  padding: number,
): number {
  if (layer === 1) return (Math.floor((12 * bitsPerSecond) / sampleRateHz) + padding) * 4;
  const bytesPerFrame = layer === 3 && !isMpeg1 ? 72 : 144;
  return Math.floor((bytesPerFrame * bitsPerSecond) / sampleRateHz) + padding;
}
