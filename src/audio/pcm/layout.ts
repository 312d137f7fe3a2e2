/** Interleaved PCM → one array of samples per channel. */

import { viewOf } from "../../bytes.ts";
import { A_LAW, MU_LAW } from "./g711.ts";

type ReadSample = (view: DataView, offset: number) => number;

interface PcmLayout {
  readonly bytes: number;
  /** Integers are divided by the magnitude of their lowest value, exactly as ffmpeg does. */
  readonly read: ReadSample;
}

const LAYOUTS = {
  pcm_u8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 2 ** 7 },
  pcm_s8: { bytes: 1, read: (view, at) => view.getInt8(at) / 2 ** 7 },
  pcm_s16le: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  pcm_s16be: { bytes: 2, read: (view, at) => view.getInt16(at) / 2 ** 15 },
  pcm_s24le: {
    bytes: 3,
    read: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  },
  pcm_s24be: {
    bytes: 3,
    read: (view, at) => (view.getInt16(at) * 2 ** 8 + view.getUint8(at + 2)) / 2 ** 23,
  },
  pcm_s32le: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  pcm_s32be: { bytes: 4, read: (view, at) => view.getInt32(at) / 2 ** 31 },
  pcm_f32le: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  pcm_f32be: { bytes: 4, read: (view, at) => view.getFloat32(at) },
  pcm_f64le: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  pcm_f64be: { bytes: 8, read: (view, at) => view.getFloat64(at) },
  pcm_alaw: { bytes: 1, read: (view, at) => A_LAW[view.getUint8(at)] as number },
  pcm_mulaw: { bytes: 1, read: (view, at) => MU_LAW[view.getUint8(at)] as number },
} as const satisfies Readonly<Record<string, PcmLayout>>;

/** Sample layouts that are read, by ffmpeg's names for them. */
export type PcmCodec = keyof typeof LAYOUTS;

/** Bytes that one sample takes. */
export function pcmSampleBytes(codec: PcmCodec): number {
  return LAYOUTS[codec].bytes;
}

/**
 * Reads interleaved samples.
 * @param bytes frames of `channelCount` samples each; a part of a frame at the end is left.
 * @returns one array per channel, frames long, full scale ±1.
 */
export function readPcm(bytes: Uint8Array, codec: PcmCodec, channelCount: number): Float32Array[] {
  const { read, bytes: sampleBytes }: PcmLayout = LAYOUTS[codec];
  const view = viewOf(bytes);
  const frameBytes = channelCount * sampleBytes;
  const frames = Math.floor(bytes.length / frameBytes);
  return Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames);
    let offset = channel * sampleBytes;
    for (let frame = 0; frame < frames; frame++, offset += frameBytes) {
      samples[frame] = read(view, offset);
    }
    return samples;
  });
}
