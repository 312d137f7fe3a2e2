import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectedTensors } from "../../../../src/model/checkpoint/backbone/expected-tensors.ts";
import type { Checkpoint } from "../../../../src/model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../../../../src/model/checkpoint/huggingface/open.ts";
import {
  checkpointDirectory,
  decodeSafetensors,
  encodeSafetensors,
  fixture,
  float32,
  type StoredTensor,
  temporaryDirectory,
} from "../../../support/checkpoints/files.ts";

const newer = await readFile(fixture("golden/tiny-group/model.safetensors"));
const legacy = await readFile(fixture("golden/tiny-group/model_legacy.safetensors"));
const tensors = decodeSafetensors(newer);

async function allTensors(checkpoint: Checkpoint) {
  const names = [...expectedTensors(checkpoint.config).keys()];
  const read = names.map(async (name) => [name, await checkpoint.tensor(name)] as const);
  return new Map(await Promise.all(read));
}

async function tinyGroup() {
  return allTensors(await openHuggingFaceDirectory(fixture("golden/tiny-group")));
}

async function openFiles(files: Record<string, string | Uint8Array>): Promise<Checkpoint> {
  return openHuggingFaceDirectory(await checkpointDirectory("tiny-group", files));
}

describe("openHuggingFaceDirectory", () => {
  it("describes the model", async () => {
    expect(await openHuggingFaceDirectory(fixture("golden/tiny-layer"))).toMatchObject({
      name: "tiny-layer",
      weights: "checkpoint",
      config: { convNorm: "layer", layerNormPlacement: "stable" },
      doNormalize: true,
      provenance: { source: "tiny-layer", licence: "unknown" },
    });
  });

  it("gives the file's values under canonical names", async () => {
    const checkpoint = await openHuggingFaceDirectory(fixture("golden/tiny-group"));
    const stored = tensors.get("encoder.pos_conv_embed.conv.parametrizations.weight.original0");
    const { shape, data } = await checkpoint.tensor("encoder.pos_conv_embed.conv.weight_g");
    expect(shape).toEqual([1, 1, 16]);
    expect(new Uint8Array(data.buffer)).toEqual(stored?.bytes);
  });

  it("reads either naming of weight norm alike", async () => {
    const checkpoint = await openFiles({ "model.safetensors": legacy });
    expect(await allTensors(checkpoint)).toEqual(await tinyGroup());
  });

  it("reads a checkpoint with prefix, head and mask as the backbone alone", async () => {
    const withHead = new Map<string, StoredTensor>([
      ...[...tensors].map(([name, tensor]) => [`wavlm.${name}`, tensor] as const),
      ["wavlm.masked_spec_embed", float32([48], Array(48).fill(1))],
      ["feature_extractor.weight", float32([2, 2], [1, 2, 3, 4])],
      ["feature_extractor.bias", float32([2], [1, 2])],
      ["tdnn.0.kernel.weight", float32([1, 1], [1])],
      ["objective.weight", float32([1], [1])],
    ]);
    const checkpoint = await openFiles({ "model.safetensors": encodeSafetensors(withHead) });
    expect(await allTensors(checkpoint)).toEqual(await tinyGroup());
  });

  it("reads shards as the whole", async () => {
    const shards = [0, 1, 2].map(
      (shard) => new Map([...tensors].filter((_, position) => position % 3 === shard)),
    );
    const nameOf = (shard: number) => `model-0000${shard + 1}-of-00003.safetensors`;
    const weightMap = shards.flatMap((shard, position) =>
      [...shard.keys()].map((tensor) => [tensor, nameOf(position)]),
    );
    const checkpoint = await openFiles({
      ...Object.fromEntries(shards.map((shard, at) => [nameOf(at), encodeSafetensors(shard)])),
      "model.safetensors.index.json": JSON.stringify({ weight_map: Object.fromEntries(weightMap) }),
    });
    expect(await allTensors(checkpoint)).toEqual(await tinyGroup());
  });

  it("names the model and its source after the directory, in the letters of an id", async () => {
    const directory = join(await temporaryDirectory(), "My WavLM (Base)+");
    await mkdir(directory);
    for (const name of ["config.json", "preprocessor_config.json", "model.safetensors"]) {
      await writeFile(join(directory, name), await readFile(fixture(`golden/tiny-group/${name}`)));
    }
    const checkpoint = await openHuggingFaceDirectory(`${directory}/`);
    expect(checkpoint.name).toBe("my-wavlm-base-plus");
    expect(checkpoint.provenance.source).toBe("my-wavlm-base-plus");
  });

  it("hashes the weights and takes the licence from the model card", async () => {
    const { provenance } = await openFiles({
      "model.safetensors": newer,
      "README.md": "---\nlicense: cc-by-4.0\n---\n",
    });
    expect(provenance.sourceSha256).toBe(createHash("sha256").update(newer).digest("hex"));
    expect(provenance.licence).toBe("cc-by-4.0");
  });

  it("lists every missing, extra and misshapen tensor at once", async () => {
    const damaged = new Map(tensors);
    damaged.delete("encoder.layer_norm.weight");
    damaged.delete("encoder.layers.2.attention.q_proj.bias");
    damaged.set("encoder.layers.1.attention.rel_attn_embed.weight", float32([1], [0]));
    damaged.set("feature_projection.projection.bias", float32([3], [0, 0, 0]));
    await expect(
      openFiles({ "model.safetensors": encodeSafetensors(damaged) }),
    ).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      extensions: {
        missing: ["encoder.layer_norm.weight", "encoder.layers.2.attention.q_proj.bias"],
        extra: ["encoder.layers.1.attention.rel_attn_embed.weight"],
        misshapen: [{ name: "feature_projection.projection.bias", expected: [48], found: [3] }],
      },
    });
  });

  it("refuses weights that belong to another config", async () => {
    const directory = await checkpointDirectory("tiny-layer", { "model.safetensors": newer });
    await expect(openHuggingFaceDirectory(directory)).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      extensions: {
        missing: expect.arrayContaining(["feature_extractor.conv_layers.6.layer_norm.bias"]),
      },
    });
  });

  it.each([["config.json"], ["preprocessor_config.json"]])(
    "asks for %s where it is missing",
    async (name) => {
      const directory = await checkpointDirectory("tiny-group", { "model.safetensors": newer });
      await rm(join(directory, name));
      await expect(openHuggingFaceDirectory(directory)).rejects.toMatchObject({
        slug: "checkpoint-invalid",
        message: expect.stringContaining(name),
      });
    },
  );

  it("refuses a config that is not JSON, and one of a family that is not supported", async () => {
    await expect(openFiles({ "config.json": "{" })).rejects.toMatchObject({
      slug: "checkpoint-invalid",
    });
    await expect(
      openFiles({ "config.json": '{"model_type":"data2vec-audio"}' }),
    ).rejects.toMatchObject({
      slug: "checkpoint-unsupported",
    });
  });
});
