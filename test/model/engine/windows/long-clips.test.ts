import { describe, expect, it } from "vitest";
import { planWindows, windowShape } from "../../../../src/model/engine/windows/plan.ts";
import { HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../../../../src/model/framing.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import {
  goldenModelInput,
  goldenSamples,
  largestDifference,
} from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";

import { tapEverything } from "../../../support/model/engine-over.ts";

describe("a clip longer than a window", () => {
  const WINDOW_SECONDS = 8;

  async function runInWindows(name: string, samples: Float32Array, windowSeconds: number) {
    const store = memoryStore();
    await installGolden(store, name, "fp32");
    const registry = nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds });
    return (await registry.open()).run(samples, tapEverything(3));
  }

  it("is computed in several, and the answer says so", async () => {
    const samples = await goldenSamples("tile5_x56789");
    const result = await runInWindows("tiny-group", samples, WINDOW_SECONDS);
    expect(result.windows).toBeGreaterThan(1);
    expect(result.frames).toBe(887);
    expect(result.hiddenStates.get(3)?.rows).toBe(887);
    expect((await runInWindows("tiny-group", samples, 60)).windows).toBe(1);
  });

  it.each(["tiny-group", "tiny-layer"])(
    "has exactly what needs no more than a window's context: %s",
    async (name) => {
      const samples = await goldenModelInput("tile5_x56789", name === "tiny-layer");
      const windowed = await runInWindows(name, samples, WINDOW_SECONDS);
      const whole = await runInWindows(name, samples, 60);
      const same = (matrix: Matrix | null | undefined, expected: Matrix | null | undefined) =>
        expect(largestDifference(matrix as Matrix, (expected as Matrix).data)).toBeLessThan(1e-5);
      same(windowed.extractFeatures, whole.extractFeatures);
      same(windowed.hiddenStates.get(0), whole.hiddenStates.get(0));
    },
  );

  it("has the hidden states that each window gives alone", async () => {
    const samples = await goldenModelInput("tile5_x56789", true);
    const stitched = await runInWindows("tiny-layer", samples, WINDOW_SECONDS);
    for (const window of planWindows(stitched.frames, windowShape(WINDOW_SECONDS))) {
      const start = window.first * HOP_SAMPLES;
      const end = start + (window.count - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES;
      const alone = await runInWindows("tiny-layer", samples.subarray(start, end), WINDOW_SECONDS);
      expect(alone.windows).toBe(1);
      const from = window.keepFirst - window.first;
      const expected = rowsOf(alone.lastHiddenState as Matrix, from, window.keepCount);
      const kept = rowsOf(stitched.lastHiddenState as Matrix, window.keepFirst, window.keepCount);
      expect(largestDifference(kept, expected.data)).toBeLessThan(1e-5);
    }
  });
});

function rowsOf({ columns, data }: Matrix, first: number, rows: number): Matrix {
  return { rows, columns, data: data.subarray(first * columns, (first + rows) * columns) };
}
