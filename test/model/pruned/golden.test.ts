import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import {
  GOLDEN_TOLERANCE,
  goldenSamples,
  largestDifference,
} from "../../../support/packs/golden.ts";
import { computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  installPruned,
  PRUNED_INPUTS,
  PRUNED_MODELS,
  prunedLayers,
  prunedReferences,
} from "../../support/model/pruned.ts";

describe.each(PRUNED_MODELS)("an fp32 pack of %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    const store = memoryStore();
    engine = await nodeRegistry(store).open(await installPruned(store, name, "fp32"));
  });

  test.each(PRUNED_INPUTS)("gives the reference's tensors of %s", async (input) => {
    const actual = await computeAll(engine, await goldenSamples(input));
    const { frameStep, tensors } = await prunedReferences(name, input);
    expect([...actual.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [tensor, values] of tensors) {
      const matrix = actual.get(tensor);
      if (matrix === undefined) throw new Error(`no ${tensor}`);
      expect(largestDifference(matrix, values, frameStep), tensor).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  test("says what is left of each layer, and has no program for keys that nobody asks", () => {
    const { architecture, programs } = engine.manifest;
    expect(architecture).toMatchObject({ prunedLayers: prunedLayers(name), hasFeatureScale: true });
    const names = programs.map((program) => program.name);
    expect(names.filter((program) => program.startsWith("project"))).toEqual([
      "project.0",
      "project.2",
      "project.3",
      "project.4",
    ]);
  });
});
