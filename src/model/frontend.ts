/** Runs the frontend segment over a clip in time chunks, exactly (design §6). */
import type { BackendTensor, SegmentSession } from "./backend/backend.ts";
import type { WavLMConfig } from "./config.ts";
import type { Matrix } from "./engine.ts";
import { centred, windowMoments } from "./moments.ts";

/** Samples that one frame sees, and samples from one frame to the next. */
export const RECEPTIVE_FIELD_SAMPLES = 400;
export const HOP_SAMPLES = 320;

/** One second: long inputs fall out of the processor's cache. */
const CHUNK_FRAMES = 50;

/** Frames of a clip of n samples: (n − 400) // 320 + 1. */
export function frameCount(sampleCount: number): number {
  return Math.floor((sampleCount - RECEPTIVE_FIELD_SAMPLES) / HOP_SAMPLES) + 1;
}

/** What the frontend gives: projected features always, the features before their projection if asked for. */
export interface FrontendResult {
  readonly projected: Matrix;
  readonly extractFeatures: Matrix | null;
}

/** Computes every frame of at least 400 samples, `chunkFrames` at a time; `between` runs before each chunk. */
export async function runFrontend(
  session: SegmentSession,
  config: WavLMConfig,
  samples: Float32Array,
  options: { extractFeatures: boolean; between: () => Promise<void>; chunkFrames?: number },
): Promise<FrontendResult> {
  const { input, constants } = prepare(config, samples);
  const frames = frameCount(samples.length);
  const chunkFrames = options.chunkFrames ?? CHUNK_FRAMES;
  const projected = emptyMatrix(frames, config.hiddenSize);
  const features = options.extractFeatures
    ? emptyMatrix(frames, config.convDim[config.convDim.length - 1])
    : null;
  const outputs = features === null ? ["projected"] : ["projected", "extract_features"];
  for (let first = 0; first < frames; first += chunkFrames) {
    await options.between();
    const count = Math.min(chunkFrames, frames - first);
    const chunk = input.subarray(
      first * HOP_SAMPLES,
      (first + count - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES,
    );
    const result = await session.run(
      { samples: { type: "float32", shape: [chunk.length], data: chunk }, ...constants },
      outputs,
    );
    projected.data.set(result.projected.data, first * projected.columns);
    features?.data.set(result.extract_features.data, first * features.columns);
  }
  return { projected, extractFeatures: features };
}

/** Group norm needs the whole clip's moments, and does not see a constant offset. */
function prepare(
  config: WavLMConfig,
  samples: Float32Array,
): { input: Float32Array; constants: Record<string, BackendTensor> } {
  if (config.convNorm === "layer") return { input: samples, constants: {} };
  const input = centred(samples);
  const kernel = config.convKernel[0];
  const { mean, covariance } = windowMoments(input, kernel, config.convStride[0]);
  return {
    input,
    constants: {
      window_mean: { type: "float64", shape: [1, kernel], data: mean },
      window_covariance: { type: "float64", shape: [kernel, kernel], data: covariance },
    },
  };
}

function emptyMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}
