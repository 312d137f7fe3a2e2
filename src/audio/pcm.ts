/** Interleaved little-endian PCM → one array of samples per channel. */
import { UndertoneError } from "../errors.ts";
import { viewOf } from "./riff.ts";

/** Sample layouts that are read, by ffmpeg's names for them. */
export type PcmCodec = "pcm_s16le" | "pcm_s24le" | "pcm_s32le" | "pcm_f32le";

type ReadSample = (view: DataView, offset: number) => number;

const READERS: Record<PcmCodec, ReadSample> = {
  pcm_s16le: (view, offset) => view.getInt16(offset, true) / 2 ** 15,
  pcm_s24le: (view, offset) =>
    (view.getUint16(offset, true) + view.getInt8(offset + 2) * 2 ** 16) / 2 ** 23,
  pcm_s32le: (view, offset) => view.getInt32(offset, true) / 2 ** 31,
  pcm_f32le: (view, offset) => view.getFloat32(offset, true),
};

/** Full scale is ±1; a float file that was scaled like 32-bit integers still fits, and its squares fit a float32. */
const LARGEST_MAGNITUDE = 2 ** 31;

/**
 * Reads interleaved samples; integers are divided by the magnitude of their lowest value, exactly as ffmpeg does.
 * @param bytes whole frames of `channelCount` samples of `bytesPerSample` bytes each; a part of a frame at the end is left.
 * @returns one array per channel, frames long.
 */
export function readPcm(
  bytes: Uint8Array,
  codec: PcmCodec,
  channelCount: number,
  bytesPerSample: number,
): Float32Array[] {
  const readSample = READERS[codec];
  const view = viewOf(bytes);
  const frameBytes = channelCount * bytesPerSample;
  const frames = Math.floor(bytes.length / frameBytes);
  return Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames);
    let offset = channel * bytesPerSample;
    for (let frame = 0; frame < frames; frame++, offset += frameBytes) {
      samples[frame] = readSample(view, offset);
    }
    return samples;
  });
}

/**
 * Checks that samples can be computed with; needed only of codecs that store floats.
 * @throws UndertoneError `clip-samples-not-finite` naming the second of the first sample that is NaN, infinite or beyond ±2^31.
 */
export function requireFinite(channels: readonly Float32Array[], sampleRateHz: number): void {
  const firsts = channels.map((samples) =>
    samples.findIndex((sample) => !(Math.abs(sample) <= LARGEST_MAGNITUDE)),
  );
  const found = firsts.filter((index) => index >= 0);
  if (found.length === 0) return;
  const sample = Math.min(...found);
  const value = channels[firsts.indexOf(sample)]?.[sample];
  throw new UndertoneError(
    "clip-samples-not-finite",
    `The sample at ${(sample / sampleRateHz).toFixed(6)} s is ${value}, which is not a finite number of usable size; write the clip again with samples between -1 and 1.`,
    { seconds: sample / sampleRateHz, sample, channel: firsts.indexOf(sample) },
  );
}
