import { describe, expect, it } from "vitest";
import { resolveTaps } from "../../../src/model/layers.ts";
import type { Precision } from "../../../src/model/pack.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { GOLDEN_MODELS, goldenExpectations, goldenModelInput } from "../../golden.ts";
import { installGolden, nodeRegistry } from "../../tiny-pack.ts";

/** docs/models.md states them: relative L2 of the last hidden state against transformers' float32. */
const BOUNDS: readonly (readonly [Precision, number])[] = [
  ["fp16", 5e-3],
  ["q4", 0.3],
];

function relativeL2(actual: Float32Array, expected: Float32Array): number {
  let error = 0;
  let size = 0;
  for (const [index, value] of expected.entries()) {
    error += (actual[index] - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(error / size);
}

describe.each(BOUNDS)("a pack in %s", (precision, bound) => {
  it.each(GOLDEN_MODELS)("stays near the reference for $name", async (model) => {
    const store = memoryStore();
    await installGolden(store, model.name, precision);
    const engine = await nodeRegistry(store).open();
    for (const input of ["x4001", "x16000"] as const) {
      const samples = await goldenModelInput(input, model.doNormalize);
      const { hiddenStates } = await engine.run(samples, resolveTaps("all", model.layerCount));
      const { hiddenStates: stack } = await goldenExpectations(model.name, input);
      const reference = stack as Float32Array;
      const size = reference.length / (model.layerCount + 1);
      const last = hiddenStates.get(model.layerCount)?.data as Float32Array;
      const error = relativeL2(last, reference.subarray(model.layerCount * size));
      expect(error).toBeLessThan(bound);
    }
  });
});
