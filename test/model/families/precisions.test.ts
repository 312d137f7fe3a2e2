import { beforeAll, describe, expect, test } from "vitest";
import { normalise } from "../../../src/audio/clip/normalise.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { calibrate } from "../../../src/model/build/calibration/calibrate.ts";
import { builtInCalibrationClips } from "../../../src/model/build/calibration/clips.ts";
import type { Activations } from "../../../src/model/build/recipe.ts";
import { writePack } from "../../../src/model/build/write-pack.ts";
import type { Checkpoint } from "../../../src/model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import type { Matrix } from "../../../src/model/matrix.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { computeAll, goldenDirectory, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  FAMILY_MODELS,
  type FamilyModel,
  familyReferences,
  installFamily,
  openFamily,
} from "../../support/model/families.ts";
import { relativeL2 } from "../../support/model/relative-error.ts";

/**
 * Relative L2 errors of the last hidden state against transformers' float32. Those of fp16 and q4 are what backends promise of
 * tiny WavLMs; WavLM's own q8 errors are computed beside (see below).
 */
const BOUNDS = { fp16: 5e-3, q4: 0.3, q8a: 0.06 } as const;

const RANGED: readonly Precision[] = ["q8", "q8a", "q4"];

describe.each(FAMILY_MODELS)("calibrated packs of $name", ({ name }) => {
  let checkpoint: Checkpoint;
  let ranges: Activations;
  beforeAll(async () => {
    checkpoint = await openFamily(name);
    ranges = await rangesOf(checkpoint);
  });

  test.each(Object.entries(BOUNDS))("in %s are within %f", async (precision, bound) => {
    const error = await errorOf(name, checkpoint, precision as Precision, ranges);
    expect(error).toBeLessThan(bound);
  });

  test("in q8 are no further from float32 than WavLM of the same layout is", async () => {
    const error = await errorOf(name, checkpoint, "q8", ranges);
    expect(error).toBeLessThan(
      1.3 * (await wavlmError(checkpoint.doNormalize ? "tiny-layer" : "tiny-group")),
    );
  });
});

describe("a q8 pack", () => {
  test.each(FAMILY_MODELS)("of $name has the same bits with 1 and 3 threads", async ({ name }) => {
    const store = memoryStore();
    const pack = await installFamily(store, name, "q8");
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

async function rangesOf(checkpoint: Checkpoint): Promise<Activations> {
  const backend = await createNodeBackend();
  const clips = builtInCalibrationClips();
  const prepared = checkpoint.doNormalize ? clips.map(normalise) : clips;
  return calibrate(checkpoint, prepared, backend).finally(() => backend.close());
}

async function errorOf(
  name: FamilyModel,
  checkpoint: Checkpoint,
  precision: Precision,
  ranges: Activations,
): Promise<number> {
  const { tensors } = await familyReferences(name, "x16000");
  const expected = tensors.get("last_hidden_state") as Float32Array;
  return relativeL2(await lastState(checkpoint, precision, ranges), expected);
}

async function lastState(
  checkpoint: Checkpoint,
  precision: Precision,
  ranges: Activations,
): Promise<Float32Array> {
  const store = memoryStore();
  const used = RANGED.includes(precision) ? ranges : new Map();
  await writePack(checkpoint, { precision, id: "built" }, used, {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  const engine = await nodeRegistry(store).open("built");
  const tensors = await computeAll(engine, await goldenSamples("x16000"));
  return (tensors.get("last_hidden_state") as Matrix).data;
}

/** The q8 error of a tiny WavLM, against its own float32. */
async function wavlmError(golden: string): Promise<number> {
  const checkpoint = await openHuggingFaceDirectory(goldenDirectory(golden));
  const ranges = await rangesOf(checkpoint);
  const expected = await lastState(checkpoint, "fp32", ranges);
  return relativeL2(await lastState(checkpoint, "q8", ranges), expected);
}
