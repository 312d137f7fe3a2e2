import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../src/model/checkpoint/open.ts";
import {
  checkpointDirectory,
  fixture,
  temporaryDirectory,
} from "../../support/checkpoints/files.ts";
import { call, global, pickle, text } from "../../support/checkpoints/pickle-assembler.ts";
import { stateDict, torchZip } from "../../support/checkpoints/torch-archives.ts";
import { variantBytes } from "../../support/checkpoints/variants.ts";

const bin = await variantBytes("pytorch_model.bin");
const GAIN = "encoder.pos_conv_embed.conv.weight_g";

async function gainOf(path: string): Promise<Float32Array> {
  return (await (await openCheckpoint(path)).tensor(GAIN)).data;
}

describe("openCheckpoint", () => {
  it("opens a directory with pytorch_model.bin as it opens safetensors", async () => {
    const directory = await checkpointDirectory("tiny-group", { "pytorch_model.bin": bin });
    expect(await gainOf(directory)).toEqual(await gainOf(fixture("golden/tiny-group")));
  });

  it("opens either weight file by its own path, with the configs beside it", async () => {
    const directory = await checkpointDirectory("tiny-group", { "other.bin": bin });
    const safetensors = fixture("golden/tiny-group/model_legacy.safetensors");
    expect(await gainOf(join(directory, "other.bin"))).toEqual(await gainOf(safetensors));
  });

  it("prefers safetensors, as transformers does", async () => {
    const directory = await checkpointDirectory("tiny-group", {
      "pytorch_model.bin": pickle(call(global("os", "system"), text("true"))),
    });
    await cp(fixture("golden/tiny-group/model.safetensors"), join(directory, "model.safetensors"));
    expect((await openCheckpoint(directory)).weights).toBe("checkpoint");
  });

  it("reads shards of torch.save as the whole", async () => {
    const shard = "pytorch_model-00001-of-00001.bin";
    const directory = await checkpointDirectory("tiny-group", {
      [shard]: bin,
      "pytorch_model.bin.index.json": JSON.stringify({
        weight_map: { [GAIN]: shard },
      }),
    });
    expect(await gainOf(directory)).toEqual(await gainOf(fixture("golden/tiny-group")));
  });

  it("says what is missing where a file of torch.save has no tensors", async () => {
    const directory = await checkpointDirectory("tiny-group", {
      "pytorch_model.bin": torchZip(stateDict({ epoch: text("7") })),
    });
    await expect(openCheckpoint(directory)).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      extensions: { missing: expect.arrayContaining([GAIN]) },
    });
  });

  it("recognises a ready ONNX export, as a file and as a directory", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "onnx"));
    await writeFile(join(directory, "onnx/model_quantized.onnx"), "");
    for (const path of [directory, join(directory, "onnx/model_quantized.onnx")]) {
      await expect(openCheckpoint(path)).rejects.toMatchObject({
        slug: "checkpoint-unsupported",
        message: expect.stringContaining("ONNX export"),
      });
    }
  });

  it("builds from the weights of a directory that has an ONNX export too", async () => {
    const directory = await checkpointDirectory("tiny-group", { "pytorch_model.bin": bin });
    await mkdir(join(directory, "onnx"));
    await writeFile(join(directory, "onnx/model.onnx"), "");
    expect((await openCheckpoint(directory)).weights).toBe("checkpoint");
  });

  it("says so where there is nothing", async () => {
    await expect(openCheckpoint("/nowhere")).rejects.toMatchObject({ slug: "checkpoint-invalid" });
  });
});
