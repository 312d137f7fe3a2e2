import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  largestDifference,
  stackedLayer,
} from "../../../support/packs/golden.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";

import { tapEverything } from "../../support/model/engine-over.ts";

describe.each(GOLDEN_MODELS)(
  "an fp32 pack of $name",
  ({ name, layerCount, doNormalize, stable }) => {
    let engine: Engine;
    beforeAll(async () => {
      const store = memoryStore();
      await installGolden(store, name, "fp32");
      engine = await nodeRegistry(store).open();
    });

    it.each(GOLDEN_INPUTS)("gives the reference's tensors for %s", async (input) => {
      const expected = await goldenExpectations(name, input);
      const result = await engine.run(
        await goldenModelInput(input, doNormalize),
        tapEverything(layerCount),
      );
      expect(result.hiddenStates.size).toBe(layerCount + 1);
      for (const [index, matrix] of result.hiddenStates) {
        const layer = stackedLayer(expected.hiddenStates as Float32Array, index, layerCount);
        expect(largestDifference(matrix, layer, expected.frameStep)).toBeLessThan(GOLDEN_TOLERANCE);
      }
      if (expected.extractFeatures !== null) {
        const features = result.extractFeatures as NonNullable<typeof result.extractFeatures>;
        expect(largestDifference(features, expected.extractFeatures)).toBeLessThan(
          GOLDEN_TOLERANCE,
        );
      }
      const last = result.lastHiddenState as NonNullable<typeof result.lastHiddenState>;
      const expectedLast = stable
        ? (expected.lastHiddenState as Float32Array)
        : stackedLayer(expected.hiddenStates as Float32Array, layerCount, layerCount);
      expect(largestDifference(last, expectedLast, expected.frameStep)).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
    });
  },
);
