/** The golden vectors: inputs, expected tensors, and how far an answer is from them. */
import { join } from "node:path";
import { normalise } from "../../src/audio/clip/normalise.ts";
import { openSafetensors } from "../../src/model/checkpoint/safetensors/file.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import { goldenDirectory } from "./tiny-pack.ts";

/** The suggested tolerance of golden/README.md, absolute. */
export const GOLDEN_TOLERANCE = 1e-4;

/** Golden models whose hidden states are tested, and whether they want their input normalised. */
export const GOLDEN_MODELS = [
  { name: "tiny-group", layerCount: 3, doNormalize: false, stable: false },
  { name: "tiny-layer", layerCount: 3, doNormalize: true, stable: true },
  { name: "tiny-layer-convbias", layerCount: 3, doNormalize: true, stable: true },
  { name: "tiny-group-convbias-oddpos", layerCount: 2, doNormalize: false, stable: false },
] as const;

/** Golden inputs: one frame, twelve, 49, 177, very quiet, and 887 frames (distances past bucket saturation). */
export const GOLDEN_INPUTS = [
  "x400",
  "x4001",
  "x16000",
  "x56789",
  "x4001quiet",
  "tile5_x56789",
] as const;
export type GoldenInput = (typeof GOLDEN_INPUTS)[number];

/** Samples of a golden input at 16 kHz, not normalised. */
export async function goldenSamples(input: GoldenInput): Promise<Float32Array<ArrayBuffer>> {
  const file = await openSafetensors(goldenDirectory("inputs.safetensors"));
  if (input !== "tile5_x56789") return Float32Array.from((await file.read(input)).data);
  const once = (await file.read("x56789")).data;
  return Float32Array.from({ length: 5 * once.length }, (_, index) => once[index % once.length]);
}

/** Samples as the model's preprocessing wants them. */
export async function goldenModelInput(
  input: GoldenInput,
  doNormalize: boolean,
): Promise<Float32Array> {
  const samples = await goldenSamples(input);
  return doNormalize ? normalise(samples) : samples;
}

/** Reads expected tensors of one model and input; tile5 holds every 16th frame only. */
export async function goldenExpectations(model: string, input: GoldenInput) {
  const file = await openSafetensors(join(goldenDirectory(model), "golden.safetensors"));
  const frameStep = input === "tile5_x56789" ? 16 : 1;
  const suffix = frameStep === 1 ? "" : "_every16";
  const names = file.entries;
  const read = async (tensor: string) => {
    const name = `${input}.${tensor}${suffix}`;
    return names.has(name) ? (await file.read(name)).data : null;
  };
  return {
    frameStep,
    hiddenStates: await read("hidden_states"),
    extractFeatures: await read("extract_features"),
    lastHiddenState: await read("last_hidden_state"),
  };
}

/** The largest absolute difference between a matrix's every `frameStep`-th frame and the expected frames. */
export function largestDifference(actual: Matrix, expected: Float32Array, frameStep = 1): number {
  const frames = Math.ceil(actual.rows / frameStep);
  if (expected.length !== frames * actual.columns) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < expected.length; index++) {
    const frame = Math.floor(index / actual.columns) * frameStep;
    const value = actual.data[frame * actual.columns + (index % actual.columns)];
    const difference = Math.abs(value - expected[index]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Layer `index` of stacked hidden states. */
export function stackedLayer(stack: Float32Array, index: number, layerCount: number): Float32Array {
  const size = stack.length / (layerCount + 1);
  return stack.subarray(index * size, (index + 1) * size);
}
