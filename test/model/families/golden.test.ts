import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../src/model/heads/head.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import {
  GOLDEN_TOLERANCE,
  goldenSamples,
  largestDifference,
} from "../../../support/packs/golden.ts";
import { computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  FAMILY_INPUTS,
  FAMILY_MODELS,
  familyHeadReference,
  familyInput,
  familyReferences,
  installFamily,
} from "../../support/model/families.ts";

describe.each(FAMILY_MODELS)("an fp32 pack of $name", ({ name, heads }) => {
  let engine: Engine;
  beforeAll(async () => {
    const store = memoryStore();
    engine = await nodeRegistry(store).open(await installFamily(store, name, "fp32"));
  });

  test.each(FAMILY_INPUTS)("gives transformers' tensors of %s", async (input) => {
    const actual = await computeAll(engine, await goldenSamples(input));
    const { frameStep, tensors } = await familyReferences(name, input);
    expect([...actual.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [tensor, values] of tensors) {
      const matrix = actual.get(tensor);
      if (matrix === undefined) throw new Error(`no ${tensor}`);
      expect(largestDifference(matrix, values, frameStep), tensor).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  test("has no position table, and no inputs for one", () => {
    const { programs, architecture } = engine.manifest;
    expect(architecture).toMatchObject({ bucketCount: null, maxBucketDistance: null });
    expect(programs.map((program) => program.name)).not.toContain("position_table");
    expect(programs.flatMap(({ inputs }) => inputs)).not.toContain("position_table");
  });

  test.each(heads)("gives the numbers of transformers' head: %s", async (kind) => {
    const store = memoryStore();
    const withHead = await nodeRegistry(store).open(await installFamily(store, name, "fp32", kind));
    const [head] = withHead.manifest.heads as [Head];
    expect(head.kind).toBe(kind);
    const { head: output } = await withHead.run(await familyInput(name, "x16000"), headTaps(head));
    if (output === null) throw new Error("no head was run");
    const { logits, embeddings } = await familyHeadReference(name, kind);
    expect(largestDifference(output.logits, logits)).toBeLessThan(GOLDEN_TOLERANCE);
    if (embeddings === null) return;
    const embedding = { rows: 1, columns: 16, data: output.embedding as Float32Array };
    expect(largestDifference(embedding, embeddings)).toBeLessThan(GOLDEN_TOLERANCE);
  });
});
