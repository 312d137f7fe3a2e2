/** A small WAV file whose header tests change field by field. */
import { makeWav, type WavSampleFormat } from "./make-wav.ts";

export const RAMP = Float32Array.from({ length: 100 }, (_, index) => (index - 50) / 64);

export const RAMP_WAV = makeWav(content("s16"));

/** Offsets of the fields of `RAMP_WAV`. */
export const AT = {
  riffBytes: 4,
  tag: 20,
  channels: 22,
  rate: 24,
  byteRate: 28,
  frame: 32,
  bits: 34,
  dataBytes: 40,
};
export const DATA_AT = 44;

/** The ramp as the content of another file. */
export function content(format: WavSampleFormat) {
  return { sampleRateHz: 16_000, channels: [RAMP], format };
}

/** `RAMP_WAV` with one little-endian field changed. */
export function patched(offset: number, size: 2 | 4, value: number): Uint8Array<ArrayBuffer> {
  const bytes = RAMP_WAV.slice();
  const view = new DataView(bytes.buffer);
  if (size === 2) view.setUint16(offset, value, true);
  else view.setUint32(offset, value, true);
  return bytes;
}
