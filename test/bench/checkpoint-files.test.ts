import { describe, expect, it } from "vitest";
import { writeConfigs } from "../../bench/checkpoint-files/configs.ts";
import { writeSafetensors } from "../../bench/checkpoint-files/safetensors-writer.ts";
import { writeTorchFile } from "../../bench/checkpoint-files/torch-writer.ts";
import { expectedTensors } from "../../src/model/checkpoint/backbone/expected-tensors.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface/open.ts";
import { fixture, temporaryDirectory } from "../support/checkpoints/files.ts";

describe.each(["tiny-group", "tiny-layer"])("files made of %s", (name) => {
  it.each([
    ["model.safetensors", writeSafetensors],
    ["pytorch_model.bin", writeTorchFile],
  ])("as %s are read as what they were made of", async (fileName, write) => {
    const original = await openHuggingFaceDirectory(fixture(`golden/${name}`));
    const directory = await temporaryDirectory();
    await writeConfigs(original, directory);
    await write(original, `${directory}/${fileName}`);
    const copy = await openHuggingFaceDirectory(directory);
    expect([copy.config, copy.doNormalize]).toEqual([original.config, original.doNormalize]);
    for (const tensor of expectedTensors(original.config).keys()) {
      expect(await copy.tensor(tensor)).toEqual(await original.tensor(tensor));
    }
  });
});
