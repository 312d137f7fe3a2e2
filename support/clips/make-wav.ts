/** Writes WAV files for tests: known samples in, bytes out. */

export type WavSampleFormat = "u8" | "s16" | "s24" | "s32" | "f32" | "f64";

export interface WavContent {
  readonly sampleRateHz: number;
  /** One array per channel, all of one length, full scale ±1; integers are rounded and clipped. */
  readonly channels: readonly Float32Array[];
  readonly format: WavSampleFormat;
  /** True for a WAVE_FORMAT_EXTENSIBLE header. */
  readonly extensible?: boolean;
}

const BITS: Record<WavSampleFormat, number> = {
  u8: 8,
  s16: 16,
  s24: 24,
  s32: 32,
  f32: 32,
  f64: 64,
};
const INTEGER_TAG = 1;
const FLOAT_TAG = 3;
const EXTENSIBLE_TAG = 0xfffe;
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** A WAV file of these samples: RIFF header, `fmt ` chunk, `data` chunk. */
export function makeWav(content: WavContent): Uint8Array<ArrayBuffer> {
  return makeRiff([
    { id: "fmt ", bytes: formatChunk(content) },
    { id: "data", bytes: interleave(content) },
  ]);
}

/** A RIFF/WAVE file of these chunks, in this order, odd ones padded. */
export function makeRiff(
  chunks: readonly { id: string; bytes: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const body = concatenate([ascii("WAVE"), ...chunks.map(riffChunk)]);
  return concatenate([ascii("RIFF"), uint32(body.length), body]);
}

/** One chunk with its pad byte. */
function riffChunk({ id, bytes }: { id: string; bytes: Uint8Array }): Uint8Array {
  const pad = new Uint8Array(bytes.length % 2);
  return concatenate([ascii(id), uint32(bytes.length), bytes, pad]);
}

/** The bytes of a `fmt ` chunk: 16, or 40 if extensible. */
export function formatChunk({
  sampleRateHz,
  channels,
  format,
  extensible = false,
}: WavContent): Uint8Array<ArrayBuffer> {
  const tag = format.startsWith("f") ? FLOAT_TAG : INTEGER_TAG;
  const frameBytes = (channels.length * BITS[format]) / 8;
  const chunk = new Uint8Array(extensible ? 40 : 16);
  const view = new DataView(chunk.buffer);
  view.setUint16(0, extensible ? EXTENSIBLE_TAG : tag, true);
  view.setUint16(2, channels.length, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, sampleRateHz * frameBytes, true);
  view.setUint16(12, frameBytes, true);
  view.setUint16(14, BITS[format], true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, BITS[format], true);
    view.setUint16(24, tag, true);
    chunk.set(GUID_TAIL, 26);
  }
  return chunk;
}

function interleave({ channels, format }: WavContent): Uint8Array {
  const frames = channels[0]?.length ?? 0;
  const bytesPerSample = BITS[format] / 8;
  const data = new Uint8Array(frames * channels.length * bytesPerSample);
  const view = new DataView(data.buffer);
  let offset = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (const channel of channels) {
      writeSample(view, offset, format, channel[frame] as number);
      offset += bytesPerSample;
    }
  }
  return data;
}

function writeSample(
  view: DataView,
  offset: number,
  format: WavSampleFormat,
  sample: number,
): void {
  if (format === "f32") view.setFloat32(offset, sample, true);
  if (format === "f64") view.setFloat64(offset, sample, true);
  const scale = 2 ** (BITS[format] - 1);
  const integer = Math.min(scale - 1, Math.max(-scale, Math.round(sample * scale)));
  if (format === "u8") view.setUint8(offset, integer + 128);
  if (format === "s16") view.setInt16(offset, integer, true);
  if (format === "s32") view.setInt32(offset, integer, true);
  if (format === "s24") {
    view.setUint16(offset, integer & 0xffff, true);
    view.setInt8(offset + 2, integer >> 16);
  }
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
