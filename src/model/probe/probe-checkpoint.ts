/** A model small enough to be computed before a backend is trusted, of deterministic weights. */

import { expectedTensors } from "../checkpoint/backbone/expected-tensors.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { synthesize } from "../checkpoint/synthetic/recipe.ts";
import type { WavLMConfig } from "../config.ts";
import { CONV_KERNEL, CONV_STRIDE } from "../framing.ts";

/** Raised whenever any weight changes, as the stored numbers then do. */
const GENERATOR = "undertone-probe 2";

/** Every segment and every kind of operator, in the least size: what is compared with stored numbers. */
export const NUMBERS_CONFIG: WavLMConfig = {
  family: "wavlm",
  hiddenSize: 32,
  layerCount: 1,
  // As many as large models have: more than a shader binds buffers.
  headCount: 16,
  intermediateSize: 64,
  prunedLayers: null,
  convDim: [32, 32, 32, 32, 32, 32, 32],
  convKernel: CONV_KERNEL,
  convStride: CONV_STRIDE,
  convBias: false,
  convNorm: "group",
  layerNormPlacement: "post",
  hasFeatureNorm: true,
  hasFeatureScale: false,
  layerNormEps: 1e-5,
  positionalKernel: 16,
  positionalGroups: 2,
  bucketCount: 32,
  maxBucketDistance: 64,
};

/** Large enough that a GPU's start-up does not hide what it can do: what is timed. */
export const SPEED_CONFIG: WavLMConfig = {
  ...NUMBERS_CONFIG,
  hiddenSize: 512,
  headCount: 8,
  intermediateSize: 2048,
};

/** The probe's model in one of its sizes. */
export function probeCheckpoint(config: WavLMConfig): Checkpoint {
  const { hiddenSize, headCount, layerNormPlacement } = config;
  const shapes = expectedTensors(config);
  return {
    name: "probe",
    weights: "synthetic",
    config,
    doNormalize: false,
    provenance: { source: GENERATOR, sourceSha256: "0".repeat(64), licence: "MIT" },
    async tensor(name) {
      const shape = shapes.get(name);
      if (shape === undefined) throw new RangeError(`no tensor ${name}`);
      const headWidth = hiddenSize / headCount;
      const tensor = { model: GENERATOR, name, shape, hiddenSize, headWidth };
      return { shape, data: synthesize(tensor, layerNormPlacement) };
    },
  };
}
