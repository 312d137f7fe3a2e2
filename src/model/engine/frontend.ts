/** Runs the frontend over a clip in time chunks, exactly (docs/design.md §6). */
import type { BackendTensor } from "../backend/backend.ts";
import type { WavLMConfig } from "../config.ts";
import { HOP_SAMPLES, samplesFor } from "../framing.ts";
import { emptyMatrix, type Matrix } from "../matrix.ts";
import { blockValues } from "./blocks.ts";
import type { SegmentWeights } from "./memory/weights.ts";
import { centred } from "./moments.ts";
import { runInto } from "./programs.ts";
import { type ClipStatistics, momentTensors, statisticsOf } from "./statistics.ts";
import type { StepContext } from "./transformer.ts";

/** Half a second: long inputs fall out of the processor's cache. */
export const CHUNK_FRAMES = 25;

/** A clip, or a part of it, as the frontend wants it, and what it has to know of the whole clip. */
export interface FrontendInput {
  readonly samples: Float32Array;
  /** The frame that begins at the first sample. */
  readonly firstFrame: number;
  readonly moments: Readonly<Record<string, BackendTensor>>;
}

/** Group norm needs the whole clip's moments, and does not see a constant offset; layer norm needs nothing. */
export function prepareFrontend(config: WavLMConfig, samples: Float32Array): FrontendInput {
  return preparePart(samples, 0, statisticsOf(config, samples));
}

/** The same of the part of a clip that begins with frame `firstFrame`, by the statistics of the clip. */
export function preparePart(
  samples: Float32Array,
  firstFrame: number,
  statistics: ClipStatistics | null,
): FrontendInput {
  if (statistics === null) return { samples, firstFrame, moments: {} };
  const { mean, moments } = statistics;
  return { samples: centred(samples, mean), firstFrame, moments: momentTensors(moments) };
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
  { samples, firstFrame, moments }: FrontendInput,
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
    const start = (frames.first - firstFrame + done) * HOP_SAMPLES;
    const chunk = samples.subarray(start, start + samplesFor(count));
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
