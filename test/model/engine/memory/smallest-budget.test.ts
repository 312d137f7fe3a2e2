import { describe, expect, it } from "vitest";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { goldenSamples } from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS } from "../../../../support/packs/tiny-pack.ts";

import {
  engineOver,
  recording,
  segmentsRead,
  goldenStore as store,
} from "../../../support/model/engine-over.ts";

describe("an engine", () => {
  it("gives the same numbers in the smallest budget that it accepts, reading weights again", async () => {
    const samples = await goldenSamples("x16000");
    const taps = resolveTaps("all", 3);
    const ample = await (await engineOver(store)).run(samples, taps);
    const { reads, storage } = recording();
    let refused = 0;
    let accepted = AMPLE_LIMITS.memoryBudgetBytes;
    while (accepted - refused > 1000) {
      const memoryBudgetBytes = Math.round((refused + accepted) / 2);
      const limits = { ...AMPLE_LIMITS, memoryBudgetBytes };
      const run = (await engineOver(storage, () => {}, limits)).run(samples, taps);
      const slug = await run.then(
        () => null,
        (error) => error.slug,
      );
      if (slug === null) accepted = memoryBudgetBytes;
      else {
        expect(slug).toBe("clip-exceeds-memory");
        refused = memoryBudgetBytes;
      }
    }
    const limits = { ...AMPLE_LIMITS, memoryBudgetBytes: accepted };
    const engine = await engineOver(storage, () => {}, limits);
    await engine.run(samples, taps);
    reads.length = 0;
    const result = await engine.run(samples, taps);
    expect(result.hiddenStates).toEqual(ample.hiddenStates);
    expect(segmentsRead(engine, reads)).toContain("layer.2");
    expect(result.memory.heldBufferBytes).toBeLessThan(ample.memory.heldBufferBytes);
  });
});
