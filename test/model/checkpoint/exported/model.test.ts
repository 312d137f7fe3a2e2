import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openExportedModel } from "../../../../src/model/checkpoint/exported/model.ts";
import { onnxFile } from "../../../support/checkpoints/onnx-file.ts";
import { changedExport, EXPORT, EXPORT_FILE } from "../../../support/model/exported.ts";

describe("openExportedModel", () => {
  it("opens a directory of transformers.js, and its file by the file's own name", async () => {
    for (const path of [EXPORT, EXPORT_FILE]) {
      const model = await openExportedModel(path);
      expect(model).toMatchObject({
        name: "tiny-ctc",
        outputs: ["last_hidden_state", "logits"],
        doNormalize: false,
        config: { layerCount: 3, hiddenSize: 48 },
        head: { kind: "ctc", layerSum: null, tokenCount: 32 },
      });
      expect(model.file).toEqual(await readFile(EXPORT_FILE));
    }
  });

  it("finds configs beside the file too", async () => {
    const directory = await changedExport({});
    await copyFile(EXPORT_FILE, join(directory, "whole.onnx"));
    expect(await openExportedModel(join(directory, "whole.onnx"))).toMatchObject({
      name: expect.stringMatching(/-whole$/),
      head: { kind: "ctc" },
    });
  });

  it("takes model.onnx of several, or else the only one", async () => {
    const several = await changedExport({ names: ["model_fp16.onnx", "model.onnx"] });
    expect((await openExportedModel(several)).name).not.toContain("fp16");
    const one = await changedExport({ names: ["model_quantized.onnx"] });
    expect((await openExportedModel(one)).name).toMatch(/-quantized$/);
    const unclear = await changedExport({ names: ["model_fp16.onnx", "model_q4.onnx"] });
    await expect(openExportedModel(unclear)).rejects.toMatchObject({
      slug: "checkpoint-unsupported",
      message: expect.stringContaining("model_fp16.onnx, model_q4.onnx: name the file"),
    });
  });

  it("has no head where config.json names none, and no use for logits then", async () => {
    const directory = await changedExport({ config: { architectures: ["WavLMModel"] } });
    const { head, outputs } = await openExportedModel(directory);
    expect([head, outputs]).toEqual([null, ["last_hidden_state"]]);
  });

  it("has no x-vector head without both of its outputs", async () => {
    const directory = await changedExport({ config: { architectures: ["WavLMForXVector"] } });
    expect((await openExportedModel(directory)).head).toBeNull();
  });

  it.each([
    ["a mask beside the clip", { inputs: ["input_values", "attention_mask"] }, "attention_mask"],
    ["another input", { inputs: ["input_features"] }, "input_features"],
    ["halves", { elementType: 10 }, "input_values"],
    ["outputs that nobody knows", { outputs: ["pooled"] }, "pooled"],
    ["logits of no head", { outputs: ["logits"] }, "logits"],
    ["weights in a second file", { external: true }, "second file"],
  ])("refuses %s by name", async (_, names, named) => {
    const config = { architectures: ["WavLMModel"] };
    const directory = await changedExport({ file: onnxFile(names), config });
    await expect(openExportedModel(directory)).rejects.toMatchObject({
      slug: "checkpoint-unsupported",
      message: expect.stringContaining(named),
    });
  });

  it("refuses what is no ONNX file, such as the pointer that git LFS leaves", async () => {
    const pointer = new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n");
    const directory = await changedExport({ file: pointer });
    await expect(openExportedModel(directory)).rejects.toMatchObject({
      slug: "checkpoint-invalid",
    });
  });
});
