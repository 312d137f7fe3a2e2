/** Runs the frontend over a clip in time chunks, exactly (docs/design.md §6). */
import type { BackendTensor } from "../backend/backend.ts";
import type { WavLMConfig } from "../config.ts";
import { HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../framing.ts";
import { emptyMatrix, type Matrix } from "../matrix.ts";
import { blockValues } from "./blocks.ts";
import type { SegmentWeights } from "./memory/weights.ts";
import { centred, windowMoments } from "./moments.ts";
import { runInto } from "./programs.ts";
import type { StepContext } from "./transformer.ts";

/** Half a second: long inputs fall out of the processor's cache. */
export const CHUNK_FRAMES = 25;

/** A clip as the frontend wants it, and what it has to know of the whole clip. */
export interface FrontendInput {
  readonly samples: Float32Array;
  readonly moments: Readonly<Record<string, BackendTensor>>;
}

/** Group norm needs the whole clip's moments, and does not see a constant offset; layer norm needs nothing. */
export function prepareFrontend(config: WavLMConfig, samples: Float32Array): FrontendInput {
  if (config.convNorm === "layer") return { samples, moments: {} };
  const input = centred(samples);
  const kernel = config.convKernel[0];
  const { mean, covariance } = windowMoments(input, kernel, config.convStride[0]);
  return {
    samples: input,
    moments: {
      window_mean: { type: "float64", shape: [1, kernel], data: mean },
      window_covariance: { type: "float64", shape: [kernel, kernel], data: covariance },
    },
  };
}

/** Output of the frontend: projected features, and if requested the features before projection. */
export interface FrontendResult {
  readonly projected: Matrix;
  readonly extractFeatures: Matrix | null;
}

/** Computes frames first … first + count − 1 of the clip, `chunkFrames` at a time. */
export async function runFrontend(
  { config, programs, breathe }: StepContext,
  weights: SegmentWeights,
  { samples, moments }: FrontendInput,
  frames: { first: number; count: number },
  options: { extractFeatures: boolean; chunkFrames?: number },
): Promise<FrontendResult> {
  const session = await programs.open("frontend");
  const constants = { ...moments, ...weights.get("frontend") };
  const projected = emptyMatrix(frames.count, config.hiddenSize);
  const features = options.extractFeatures
    ? emptyMatrix(frames.count, config.convDim[config.convDim.length - 1])
    : null;
  const chunkFrames = options.chunkFrames ?? CHUNK_FRAMES;
  for (let done = 0; done < frames.count; done += chunkFrames) {
    if (done > 0) await breathe();
    const count = Math.min(chunkFrames, frames.count - done);
    const start = (frames.first + done) * HOP_SAMPLES;
    const chunk = samples.subarray(
      start,
      start + (count - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES,
    );
    const block = { first: done, count };
    const places = {
      projected: blockValues(projected, block),
      ...(features && { extract_features: blockValues(features, block) }),
    };
    const inputs = {
      samples: { type: "float32", shape: [chunk.length], data: chunk },
      ...constants,
    } as const;
    await runInto(session, inputs, places);
  }
  return { projected, extractFeatures: features };
}
