import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Matrix } from "../../src/model/matrix.ts";
import { makeWav } from "../audio/make-wav.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../golden.ts";
import { type ReadTensor, readSafetensors } from "../http/formats/readers.ts";
import { installGolden } from "../tiny-pack.ts";
import { type BootedWorker, bootWorker } from "./worker.ts";

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  for (const { name } of GOLDEN_MODELS) await installGolden(worker.bucket, name, "fp32");
});
afterAll(() => worker?.stop());

async function clipOf(input: (typeof GOLDEN_INPUTS)[number]): Promise<Uint8Array<ArrayBuffer>> {
  return makeWav({ sampleRateHz: 16_000, channels: [await goldenSamples(input)], format: "f32" });
}

function matrixOf({ shape, values }: ReadTensor): Matrix {
  return { rows: shape[0], columns: shape[1], data: Float32Array.from(values) };
}

describe.each(GOLDEN_MODELS)("an fp32 pack of $name in workerd", ({ name, layerCount, stable }) => {
  const indices = Array.from({ length: layerCount + 1 }, (_, index) => index);
  const query = new URLSearchParams({
    model: `${name}-fp32`,
    layers: [...indices, "last_hidden_state", "extract_features"].join(),
    format: "safetensors",
  });

  it.each(GOLDEN_INPUTS)("gives the reference's tensors for a WAV of %s", async (input) => {
    const response = await worker.fetch(`/v1/features?${query}`, {
      method: "POST",
      body: await clipOf(input),
    });
    expect(response.status).toBe(200);
    const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
    const expected = await goldenExpectations(name, input);
    const check = (tensor: string, reference: Float32Array) => {
      const matrix = matrixOf(tensors.get(tensor) as ReadTensor);
      expect(largestDifference(matrix, reference, expected.frameStep)).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
    };
    const stack = expected.hiddenStates as Float32Array;
    for (const index of indices) {
      check(`hidden_states.${index}`, stackedLayer(stack, index, layerCount));
    }
    if (expected.extractFeatures !== null) check("extract_features", expected.extractFeatures);
    const last = stable
      ? (expected.lastHiddenState as Float32Array)
      : stackedLayer(stack, layerCount, layerCount);
    check("last_hidden_state", last);
  });
});
