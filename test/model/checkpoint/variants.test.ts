import { describe, expect, it } from "vitest";
import { expectedTensors } from "../../../src/model/checkpoint/backbone/expected-tensors.ts";
import type { Checkpoint } from "../../../src/model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { openWeightFile } from "../../../src/model/checkpoint/huggingface/weight-files.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open.ts";
import { checkpointDirectory, fixture } from "../../support/checkpoints/files.ts";
import { VARIANTS, type Variant, variantBytes } from "../../support/checkpoints/variants.ts";

const reference = await openHuggingFaceDirectory(fixture("golden/tiny-group"));
const names = [...expectedTensors(reference.config).keys()];

async function openVariant(name: Variant): Promise<Checkpoint> {
  const directory = await checkpointDirectory("tiny-group", { [name]: await variantBytes(name) });
  return openCheckpoint(`${directory}/${name}`);
}

/** What torch rounds a float32 to when it is saved so: to the nearest, ties to even. */
const ROUNDINGS: Partial<Record<Variant, (value: number) => number>> = {
  "f16.bin": Math.f16round,
  "bf16.bin": (value) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
    const rounded = bits + 0x7fff + ((bits >>> 16) & 1);
    return new Float32Array(Uint32Array.of(rounded & 0xffff0000).buffer)[0] ?? 0;
  },
};

describe.each(VARIANTS)("%s", (name) => {
  it("has tiny-group's architecture and numbers", async () => {
    const checkpoint = await openVariant(name);
    expect(checkpoint.config).toEqual(reference.config);
    expect(checkpoint.doNormalize).toBe(false);
    for (const tensor of names) {
      const { shape, data } = await reference.tensor(tensor);
      const expected = data.map(ROUNDINGS[name] ?? ((value) => value));
      expect(await checkpoint.tensor(tensor)).toEqual({ shape, data: expected });
    }
  });
});

describe("a checkpoint with a head", () => {
  it("has the same tensors in torch's file as in safetensors, the head's too", async () => {
    const directory = await checkpointDirectory("tiny-group", {
      "head.bin": await variantBytes("tiny-afc.pytorch_model.bin"),
      "head.safetensors": await variantBytes("tiny-afc.model.safetensors"),
    });
    const torch = await openWeightFile(`${directory}/head.bin`);
    const safetensors = await openWeightFile(`${directory}/head.safetensors`);
    const renamed = (name: string) =>
      name
        .replace("parametrizations.weight.original0", "weight_g")
        .replace("parametrizations.weight.original1", "weight_v");
    expect([...torch.shapes.keys()].sort()).toEqual(
      [...safetensors.shapes.keys()].map(renamed).sort(),
    );
    expect([...torch.shapes.keys()]).toContain("classifier.weight");
    for (const name of safetensors.shapes.keys()) {
      expect(await torch.read(renamed(name))).toEqual(await safetensors.read(name));
    }
  });
});

describe("an original checkpoint", () => {
  it("is called by its file, and needs no config beside it", async () => {
    const bytes = await variantBytes("tiny-group-unilm-torch1.13.0.pt");
    const directory = await checkpointDirectory("tiny-layer", { "WavLM-Tiny+.pt": bytes });
    expect(await openCheckpoint(`${directory}/WavLM-Tiny+.pt`)).toMatchObject({
      name: "wavlm-tiny-plus",
      config: reference.config,
      provenance: { source: "wavlm-tiny-plus", licence: "unknown" },
    });
  });
});
