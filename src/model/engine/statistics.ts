/** What the computation of a part of a clip has to know of the whole clip. */
import type { BackendTensor } from "../backend/backend.ts";
import type { WavLMConfig } from "../config.ts";
import {
  centred,
  type MomentsMeter,
  meanMeter,
  momentsMeter,
  type WindowMoments,
} from "./moments.ts";

/** Statistics of all samples of a clip, as they go into the model. */
export interface ClipStatistics {
  /** Subtracted from each sample. */
  readonly mean: number;
  /** Of the samples without it. */
  readonly moments: WindowMoments;
}

/** One second: so many are copied at once. */
const PART_SAMPLES = 16_000;

/** True if the frontend needs statistics: group norm does, layer norm is local to a frame. */
export function needsStatistics({ convNorm }: Pick<WavLMConfig, "convNorm">): boolean {
  return convNorm !== "layer";
}

/** The statistics of a clip that is there as a whole; `null` if the frontend needs none. */
export function statisticsOf(config: WavLMConfig, samples: Float32Array): ClipStatistics | null {
  if (!needsStatistics(config)) return null;
  const meter = meanMeter();
  meter.add(samples);
  const mean = meter.mean();
  const moments = frontendMoments(config);
  for (let first = 0; first < samples.length; first += PART_SAMPLES) {
    moments.add(centred(samples.subarray(first, first + PART_SAMPLES), mean));
  }
  return { mean, moments: moments.moments() };
}

/** Begins the moments that a model's frontend needs, of samples without their mean. */
export function frontendMoments({
  convKernel,
  convStride,
}: Pick<WavLMConfig, "convKernel" | "convStride">): MomentsMeter {
  return momentsMeter(convKernel[0], convStride[0]);
}

/** The moments as inputs of the frontend's program. */
export function momentTensors({ mean, covariance }: WindowMoments): Record<string, BackendTensor> {
  const kernel = mean.length;
  return {
    window_mean: { type: "float64", shape: [1, kernel], data: mean },
    window_covariance: { type: "float64", shape: [kernel, kernel], data: covariance },
  };
}
