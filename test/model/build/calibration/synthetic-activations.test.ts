import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { writePack } from "../../../../src/model/build/write-pack.ts";
import { syntheticCheckpoint } from "../../../../src/model/checkpoint/synthetic/synthetic.ts";
import type { EngineResult } from "../../../../src/model/engine/engine.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import { manifestKey } from "../../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { nodeRegistry } from "../../../../support/packs/tiny-pack.ts";
import { prepare } from "../../../support/clips/prepared.ts";

const speech = readFileSync(new URL("../../../../docs/example.wav", import.meta.url));

/** Deviation over time of each channel. */
function temporalDeviations({ rows, columns, data }: Matrix): number[] {
  return Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      sum += data[row * columns + column];
      squares += data[row * columns + column] ** 2;
    }
    return Math.sqrt(Math.max(0, squares / rows - (sum / rows) ** 2));
  });
}

const average = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("a full-size synthetic base-plus model on speech", () => {
  let result: EngineResult;
  beforeAll(async () => {
    const store = memoryStore();
    const put = (key: string, bytes: Uint8Array) => store.put(key, bytes);
    const checkpoint = syntheticCheckpoint("base-plus");
    await writePack(checkpoint, { precision: "q8" }, new Map(), { put, manifestKey });
    const { samples } = await prepare(speech);
    const engine = await nodeRegistry(store).open();
    result = await engine.run(samples, resolveTaps("all", 12));
  });

  it("keeps a temporal deviation near 0.5 through all hidden states", () => {
    for (const matrix of result.hiddenStates.values()) {
      const deviation = average(temporalDeviations(matrix));
      expect(deviation).toBeGreaterThan(0.35);
      expect(deviation).toBeLessThan(0.7);
    }
  });

  it("has a few outlier channels and overflows nowhere", () => {
    for (const { rows, columns, data } of result.hiddenStates.values()) {
      const means = Array.from({ length: columns }, (_, column) =>
        Math.abs(average(Array.from({ length: rows }, (_, row) => data[row * columns + column]))),
      );
      const outliers = means.filter((mean) => mean > 5 * average(means)).length;
      expect(outliers).toBeGreaterThanOrEqual(2);
      expect(outliers).toBeLessThanOrEqual(12);
      expect(data.every((value) => Math.abs(value) < 100)).toBe(true);
    }
  });
});
