import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { featureTaps } from "../../../src/model/engine/taps/resolve.ts";
import type { Matrix } from "../../../src/model/matrix.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { goldenSamples, largestDifference } from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";

const WEIGHTS = [0.5, -1, 2, 0.25];

/** softmax(WEIGHTS) over matrices, in float64. */
function sumOf(states: readonly Matrix[]): Float32Array {
  const powers = WEIGHTS.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  const [first] = states as [Matrix];
  return Float32Array.from(first.data, (_, at) =>
    states.reduce(
      (sum, { data }, index) => sum + (data[at] as number) * ((powers[index] as number) / total),
      0,
    ),
  );
}

describe.each(["tiny-group", "tiny-layer"])("a weighted sum of %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    const store = memoryStore();
    await installGolden(store, name, "fp32");
    // 17.7 s are four windows of 8 s that overlap.
    engine = await nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds: 8 }).open();
  });

  test("is that of the hidden states beside it, in windows as in one", async () => {
    for (const [input, windows] of [
      ["x16000", 1],
      ["tile5_x56789", 4],
    ] as const) {
      const layers = [0, 1, 2, 3, "weighted"] as const;
      const taps = featureTaps(engine.manifest, { layers, layerWeights: WEIGHTS });
      const result = await engine.run(await goldenSamples(input), taps);
      expect(result.windows).toBe(windows);
      const expected = sumOf([...result.hiddenStates.values()]);
      expect(largestDifference(result.layerSum as Matrix, expected)).toBeLessThan(1e-5);
    }
  });

  test("needs a weight for each hidden state, and none where nothing is summed", () => {
    const { manifest } = engine;
    const refusal = (problem: RegExp) =>
      expect.objectContaining({ slug: "invalid-option", message: expect.stringMatching(problem) });
    const taps = (selection: Parameters<typeof featureTaps>[1]) => () =>
      featureTaps(manifest, selection);
    expect(taps({ layers: ["weighted"] })).toThrow(refusal(/missing/));
    expect(taps({ layers: ["weighted"], layerWeights: [1, 2, 3] })).toThrow(refusal(/are 3/));
    expect(taps({ layers: "last", layerWeights: WEIGHTS })).toThrow(refusal(/layers=weighted/));
  });
});
