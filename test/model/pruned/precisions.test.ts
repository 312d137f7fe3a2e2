import { beforeAll, describe, expect, test } from "vitest";
import { normalise } from "../../../src/audio/clip/normalise.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { calibrate } from "../../../src/model/build/calibration/calibrate.ts";
import { builtInCalibrationClips } from "../../../src/model/build/calibration/clips.ts";
import type { Activations } from "../../../src/model/build/recipe.ts";
import { writePack } from "../../../src/model/build/write-pack.ts";
import type { Checkpoint } from "../../../src/model/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  installPruned,
  PRUNED_MODELS,
  prunedFile,
  prunedReferences,
} from "../../support/model/pruned.ts";
import { relativeL2 } from "../../support/model/relative-error.ts";

/** Relative L2 errors of the last hidden state, as those of tiny models that are whole. */
const BOUNDS = { fp16: 5e-3, q4: 0.3, q8a: 0.04, q8: 0.05 } as const;

describe.each(PRUNED_MODELS)("calibrated packs of %s", (name) => {
  let checkpoint: Checkpoint;
  let ranges: Activations;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(prunedFile(name));
    const backend = await createNodeBackend();
    const clips = builtInCalibrationClips();
    const prepared = checkpoint.doNormalize ? clips.map(normalise) : clips;
    ranges = await calibrate(checkpoint, prepared, backend).finally(() => backend.close());
  });

  test("note the range of every product of a layer that is there, and of no other", () => {
    const products = [...ranges.keys()].filter((name) => name.startsWith("layer.")).sort();
    const attended = [0, 2, 3, 4].flatMap((layer) => [
      `layer.${layer}.attention`,
      `layer.${layer}.context`,
    ]);
    const fed = [0, 1, 3, 4].map((layer) => `layer.${layer}.inner`);
    expect(products).toEqual([...attended, ...fed].sort());
  });

  test.each(Object.entries(BOUNDS))("in %s are within %f", async (precision, bound) => {
    const store = memoryStore();
    const used = precision === "fp16" ? new Map() : ranges;
    const options = { precision: precision as Precision, id: "built" };
    await writePack(checkpoint, options, used, {
      put: (key, bytes) => store.put(key, bytes),
      manifestKey,
    });
    const engine = await nodeRegistry(store).open("built");
    const actual = (await computeAll(engine, await goldenSamples("x16000"))).get(
      "last_hidden_state",
    );
    const { tensors } = await prunedReferences(name, "x16000");
    const expected = tensors.get("last_hidden_state") as Float32Array;
    expect(relativeL2(actual?.data ?? new Float32Array(), expected)).toBeLessThan(bound);
  });

  test("in q8 have the same bits with 1 and 3 threads", async () => {
    const store = memoryStore();
    const pack = await installPruned(store, name, "q8");
    const [one, three] = await Promise.all(
      [1, 3].map(async (threads) => {
        const backend = await createNodeBackend({ threads });
        const engine = await nodeRegistry(store, "", undefined, async () => backend).open(pack);
        const tensors = await computeAll(engine, await goldenSamples("x56789"));
        await backend.close();
        return tensors;
      }),
    );
    expect(three).toEqual(one);
  });
});
