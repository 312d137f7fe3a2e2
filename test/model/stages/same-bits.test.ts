import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { GOLDEN_INPUTS, GOLDEN_MODELS, goldenModelInput } from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { describeEngineContract } from "../../contract/engine.ts";
import { bitsOf } from "../../support/model/bits.ts";
import { goldenStore, tapEverything } from "../../support/model/engine-over.ts";
import { FAMILY_MODELS, familyInput, installFamily } from "../../support/model/families.ts";
import { stagedEngine } from "../../support/model/staged.ts";

for (const stages of [2, 3]) {
  describeEngineContract(`an engine over ${stages} stages`, (limits) =>
    stagedEngine(goldenStore, "tiny-group-fp32", stages, { limits }),
  );
}

const PACKS = GOLDEN_MODELS.flatMap((model) =>
  (["fp32", "q8"] as const).map((precision) => ({ ...model, precision })),
);

/** Every tensor that there is. */
function allTaps(layerCount: number) {
  const weights = Array.from({ length: layerCount + 1 }, (_, index) => 0.3 * index);
  return { ...tapEverything(layerCount), layerSum: { weights, lastState: "normed" as const } };
}

describe.each(PACKS)("$name in $precision", ({ name, precision, layerCount, doNormalize }) => {
  const store = memoryStore();
  const taps = allTaps(layerCount);
  const counts = [1, 2, 3].filter((stages) => stages <= layerCount);
  let id: string;
  let alone: Engine;
  let staged: Engine[];
  beforeAll(async () => {
    id = await installGolden(store, name, precision);
    alone = await nodeRegistry(store).open(id);
    staged = await Promise.all(counts.map((stages) => stagedEngine(store, id, stages)));
  });

  it.each(GOLDEN_INPUTS)("gives the bits of one isolate over stages for %s", async (input) => {
    const samples = await goldenModelInput(input, doNormalize);
    const expected = bitsOf(await alone.run(samples, taps));
    expect(Object.keys(expected)).toHaveLength(layerCount + 4);
    for (const engine of staged) expect(bitsOf(await engine.run(samples, taps))).toEqual(expected);
  });

  it("gives the bits of one isolate over stages in several windows", async () => {
    const limits = { ...AMPLE_LIMITS, windowSeconds: 8 };
    const samples = await goldenModelInput("tile5_x56789", doNormalize);
    const expected = await (await nodeRegistry(store, "", limits).open()).run(samples, taps);
    expect(expected.windows).toBeGreaterThan(1);
    const windowed = await stagedEngine(store, id, layerCount, { limits });
    expect(bitsOf(await windowed.run(samples, taps))).toEqual(bitsOf(expected));
  });
});

describe.each(FAMILY_MODELS)("$name, which has no position table", ({ name }) => {
  it("gives the bits of one isolate over stages", async () => {
    const store = memoryStore();
    const id = await installFamily(store, name, "q8");
    const alone = await nodeRegistry(store).open(id);
    const { layerCount } = alone.manifest.architecture;
    const samples = await familyInput(name, "x16000");
    const expected = bitsOf(await alone.run(samples, allTaps(layerCount)));
    for (const stages of [1, 2, 3].filter((count) => count <= layerCount)) {
      const staged = await stagedEngine(store, id, stages);
      expect(bitsOf(await staged.run(samples, allTaps(layerCount)))).toEqual(expected);
    }
  });
});

describe.each(["tiny-ctc", "tiny-xvector", "tiny-seqcls", "tiny-afc", "tiny-layer-seqcls"])(
  "the head of %s",
  (name) => {
    it("gives the bits of one isolate over stages", async () => {
      const store = memoryStore();
      const id = await installGolden(store, name, "fp32");
      const alone = await nodeRegistry(store).open(id);
      const { heads, architecture, preprocessing } = alone.manifest;
      const samples = await goldenModelInput("x56789", preprocessing.doNormalize);
      const taps = headTaps(heads[0]);
      const expected = bitsOf(await alone.run(samples, taps));
      expect(expected).toHaveProperty("logits");
      for (const stages of [1, 2, 3].filter((count) => count <= architecture.layerCount)) {
        const staged = await stagedEngine(store, id, stages);
        expect(bitsOf(await staged.run(samples, taps)), `${stages} stages`).toEqual(expected);
      }
    });
  },
);
