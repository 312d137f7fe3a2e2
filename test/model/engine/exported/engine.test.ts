import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openSafetensors } from "../../../../src/model/checkpoint/safetensors/file.ts";
import type { Engine } from "../../../../src/model/engine/engine.ts";
import { featureTaps, resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { headTaps } from "../../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../../src/model/heads/head.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import {
  GOLDEN_TOLERANCE,
  goldenSamples,
  largestDifference,
} from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";
import { changedExport, EXPORT, installExported } from "../../../support/model/exported.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
  goldenPart,
} from "../../../support/model/golden-heads.ts";

const CTC = GOLDEN_HEADS.find(({ kind }) => kind === "ctc") as GoldenHead;

let engine: Engine;
beforeAll(async () => {
  const store = memoryStore();
  await installExported(store);
  engine = await nodeRegistry(store).open();
});

describe("a ready ONNX export", () => {
  it("is a pack of one segment, with its head", () => {
    const { manifest } = engine;
    expect(manifest).toMatchObject({ id: "tiny-ctc-exported", precision: "exported" });
    expect(manifest.segments.map(({ name }) => name)).toEqual(["model"]);
    expect(manifest.heads.map(({ kind }) => kind)).toEqual(["ctc"]);
  });

  it("gives the reference's logits for every input", async () => {
    const vectors = await goldenHeadVectors(CTC);
    expect(vectors.size).toBeGreaterThanOrEqual(6);
    for (const [part, { logits }] of vectors) {
      const { head, windows } = await engine.run(
        await goldenPart(part),
        headTaps(engine.manifest.heads[0] as Head),
      );
      expect(windows).toBe(1);
      expect(largestDifference(head?.logits as Matrix, logits as Float32Array)).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
    }
  });

  it("gives the reference's last hidden state, by either of its names", async () => {
    const golden = await openSafetensors(join(EXPORT, "golden.safetensors"));
    const expected = (await golden.read("x4001.last_hidden_state")).data;
    for (const layers of ["last", ["last_hidden_state"], [-1], [3]] as const) {
      const taps = resolveTaps(layers, 3);
      const { lastHiddenState, hiddenStates } = await engine.run(
        await goldenSamples("x4001"),
        taps,
      );
      const state = (lastHiddenState ?? hiddenStates.get(3)) as Matrix;
      expect(largestDifference(state, expected)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  it.each([
    ["all", undefined],
    [[2], undefined],
    [["extract_features"], undefined],
    [["weighted"], [0, 0, 0, 0]],
  ] as const)("refuses layers=%s, and says what it gives", (layers, layerWeights) => {
    expect(() => featureTaps(engine.manifest, { layers, layerWeights })).toThrow(
      expect.objectContaining({
        slug: "output-unavailable",
        message: expect.stringContaining("ask for layers=last_hidden_state"),
      }),
    );
  });

  it("refuses a clip of less than a frame", async () => {
    await expect(engine.run(new Float32Array(399), resolveTaps("last", 3))).rejects.toMatchObject({
      slug: "clip-too-short",
    });
  });

  it("refuses what does not fit into memory before it is read", async () => {
    const store = memoryStore();
    await installExported(store);
    const limits = { ...AMPLE_LIMITS, memoryBudgetBytes: 10e6 };
    const small = await nodeRegistry(store, "", limits).open();
    await expect(small.run(new Float32Array(16_000), resolveTaps("last", 3))).rejects.toMatchObject(
      { slug: "clip-exceeds-memory", extensions: { maxSeconds: 0 } },
    );
  });

  it("takes turns with a pack of weights on one heap", async () => {
    const store = memoryStore();
    await installExported(store);
    await installGolden(store, "tiny-group", "fp32");
    const registry = nodeRegistry(store);
    const clip = await goldenSamples("x4001");
    const once = async (id: string) =>
      (await (await registry.open(id)).run(clip, resolveTaps("last", 3))).hiddenStates.get(3)?.data;
    const first = await once("tiny-ctc-exported");
    const between = await once("tiny-group-fp32");
    expect(await once("tiny-ctc-exported")).toEqual(first);
    expect(await once("tiny-group-fp32")).toEqual(between);
  });

  it("says so where the file gives other sizes than its config.json", async () => {
    const store = memoryStore();
    await installExported(store, await changedExport({ config: { vocab_size: 31 } }));
    const wrong = await nodeRegistry(store).open();
    const run = wrong.run(new Float32Array(16_000), headTaps(wrong.manifest.heads[0] as Head));
    await expect(run).rejects.toMatchObject({
      slug: "pack-damaged",
      message: expect.stringContaining("[1,49,32]"),
    });
  });

  it("gives only the normed end of a stable model, whose raw one is not in the file", () => {
    const { manifest } = engine;
    const architecture = { ...manifest.architecture, layerNormPlacement: "stable" as const };
    const stable = { ...manifest, architecture };
    expect(featureTaps(stable, { layers: ["last_hidden_state"] }).lastHiddenState).toBe(true);
    expect(() => featureTaps(stable, { layers: "last" })).toThrow(/last_hidden_state/);
  });
});
