/** A clip's bytes → the mono 16 kHz samples that a model takes. */
import type { ClipInfo, ClipLimits } from "./clip.ts";
import { decodeClip } from "./decode.ts";
import { mixToMono } from "./mix.ts";
import { resample } from "./resample.ts";

/** A clip made ready, and what was known of it before. */
export interface PreparedClip {
  readonly info: ClipInfo;
  /** Mono, 16 kHz, full scale ±1, not normalised. */
  readonly samples: Float32Array;
  /** Milliseconds; `resampleMs` has the mixing in it. */
  readonly timings: { readonly decodeMs: number; readonly resampleMs: number };
}

/**
 * Decodes a clip, mixes it to mono and resamples it to 16 kHz.
 * @throws UndertoneError what `decodeClip` and `resample` throw.
 */
export function prepareClip(bytes: Uint8Array, limits: ClipLimits): PreparedClip {
  const startMs = performance.now();
  const { info, channels } = decodeClip(bytes, limits);
  const decodedMs = performance.now();
  const samples = resample(mixToMono(channels), info.sampleRateHz);
  return {
    info,
    samples,
    timings: { decodeMs: decodedMs - startMs, resampleMs: performance.now() - decodedMs },
  };
}
