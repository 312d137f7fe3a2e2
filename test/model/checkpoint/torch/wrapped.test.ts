import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { expectedTensors } from "../../../../src/model/checkpoint/backbone/expected-tensors.ts";
import { findBackbone } from "../../../../src/model/checkpoint/backbone/names.ts";
import { openHuggingFaceDirectory } from "../../../../src/model/checkpoint/huggingface/open.ts";
import { openCheckpoint } from "../../../../src/model/checkpoint/open.ts";
import type { PickleDict } from "../../../../src/model/checkpoint/pickle/values.ts";
import { openTorchFile } from "../../../../src/model/checkpoint/torch/file.ts";
import { parseConfig } from "../../../../src/model/config.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { headTaps } from "../../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../../src/model/heads/head.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import {
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../../../../support/packs/golden.ts";
import { engineOf, wrappedFile } from "../../../support/checkpoints/community.ts";
import { fixture } from "../../../support/checkpoints/files.ts";
import { write } from "../../../support/checkpoints/torch-archives.ts";
import { variantBytes } from "../../../support/checkpoints/variants.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
} from "../../../support/model/golden-heads.ts";

const LAYERS = 3;

async function hiddenStateError(path: string): Promise<number> {
  const engine = await engineOf(await openCheckpoint(path));
  const expected = await goldenExpectations("tiny-group", "x4001");
  const taps = resolveTaps("all", LAYERS);
  const { hiddenStates } = await engine.run(await goldenSamples("x4001"), taps);
  const stack = expected.hiddenStates as Float32Array;
  return Math.max(
    ...[...hiddenStates].map(([index, matrix]) =>
      largestDifference(matrix, stackedLayer(stack, index, LAYERS)),
    ),
  );
}

describe("a backbone under another prefix", () => {
  it.each([
    ["compiled.pt", "_orig_mod."],
    ["encoder-model.pt", "encoder.model."],
    ["wav2vec2.ckpt", "model., as speechbrain saves it"],
    ["base-model.pt", "base_model.model."],
    ["merged-weight-norm.bin", "none, its weight norm merged"],
  ])("gives transformers' hidden states: %s, under %s", async (name) => {
    const path = await wrappedFile(name, "tiny-group");
    expect(await hiddenStateError(path)).toBeLessThan(GOLDEN_TOLERANCE);
    expect((await openCheckpoint(path)).notes).toEqual([]);
  });

  it("is built without what pre-training left, which is listed", async () => {
    const path = await wrappedFile("pretraining.bin", "tiny-group");
    expect(await hiddenStateError(path)).toBeLessThan(GOLDEN_TOLERANCE);
    const { notes } = await openCheckpoint(path);
    expect(notes).toEqual([
      expect.stringMatching(
        /^Left out: quantizer\.codevectors, quantizer\.weight_proj, project_q \(/,
      ),
    ]);
  });

  it("with LoRA's factors beside its weights is refused, and merging is asked for", async () => {
    await expect(openCheckpoint(await wrappedFile("lora.bin", "tiny-group"))).rejects.toMatchObject(
      { slug: "checkpoint-invalid", message: expect.stringContaining("merge_and_unload") },
    );
  });
});

describe("a backbone with the original's names", () => {
  it("is found where a toolkit keeps it, with config.json beside", async () => {
    const bytes = await variantBytes("tiny-group-unilm-torch2.13.0.pt");
    const original = await openTorchFile(await write(bytes));
    const { root } = original;
    const model = root.entries.get("model") as PickleDict;
    const file = original.tensorsOf({ ...root, entries: new Map([["Upstream", model]]) });
    const config = parseConfig(
      JSON.parse(await readFile(fixture("golden/tiny-group/config.json"), "utf8")),
    );
    const { prefix, names, others } = findBackbone(file, expectedTensors(config));
    expect([prefix, names.size, others]).toEqual(["Upstream.", expectedTensors(config).size, []]);
    const reference = await openHuggingFaceDirectory(fixture("golden/tiny-group"));
    for (const [name, fileName] of names) {
      expect(await file.read(fileName)).toEqual(await reference.tensor(name));
    }
  });
});

describe("a model with a head under another prefix", () => {
  it.each([
    ["lightning.ckpt", "state_dict.model.wavlm., beside a trainer's states"],
    ["data-parallel.pt", "module.wavlm."],
    ["loop.pth", "model_state_dict.wavlm., beside an optimizer's"],
  ])("gives transformers' logits: %s, under %s", async (name) => {
    const checkpoint = await openCheckpoint(await wrappedFile(name, "tiny-seqcls"));
    expect(checkpoint.notes).toEqual([]);
    const engine = await engineOf(checkpoint);
    const golden = GOLDEN_HEADS.find((head) => head.name === "tiny-seqcls") as GoldenHead;
    const logits = (await goldenHeadVectors(golden)).get("x16000")?.logits as Float32Array;
    const taps = headTaps(engine.manifest.heads[0] as Head);
    const { head } = await engine.run(await goldenSamples("x16000"), taps);
    expect(largestDifference(head?.logits as Matrix, logits)).toBeLessThan(GOLDEN_TOLERANCE);
  });
});
