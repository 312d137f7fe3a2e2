/** What is no checkpoint to build from says what it is, and what to do with it. */
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../../src/model/checkpoint/open.ts";
import { communityCase } from "../../../support/checkpoints/community.ts";
import {
  checkpointDirectory,
  fixture,
  temporaryDirectory,
} from "../../../support/checkpoints/files.ts";
import {
  join as bytes,
  call,
  dict,
  global,
  pickle,
  text,
} from "../../../support/checkpoints/pickle-assembler.ts";
import { stateDict, torchZip } from "../../../support/checkpoints/torch-archives.ts";

const GOLDEN = await readFile(fixture("golden/tiny-group/model.safetensors"));

/** A golden checkpoint's configs with these files and folders beside them. */
async function directoryOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  folders: readonly string[] = [],
): Promise<string> {
  const directory = await checkpointDirectory("tiny-group", files);
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true });
  return directory;
}

const refused = (detail: RegExp, slug = "checkpoint-invalid") => ({
  slug,
  message: expect.stringMatching(detail),
});

describe("a file that is no weights", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 377569532\n";
  it.each([
    ["model.safetensors", pointer, /Git LFS.*git lfs pull/],
    ["pytorch_model.bin", pointer, /Git LFS.*git lfs pull/],
    ["model.onnx", pointer, /ONNX export/],
    ["model.safetensors", "<!DOCTYPE html><html>", /web page.*\/resolve\//],
    ["weights.pt", "\u0089HDF\r\n", /TensorFlow or Keras/],
  ])("%s beginning with %j is told", async (name, content, detail) => {
    const directory = await directoryOf({ [name]: Buffer.from(content, "latin1") });
    await expect(openCheckpoint(directory)).rejects.toMatchObject({
      message: expect.stringMatching(detail),
    });
    if (name.endsWith(".onnx")) return;
    await expect(openCheckpoint(join(directory, name))).rejects.toMatchObject(refused(detail));
  });

  it("a checkpoint of s3prl is told from its parts, whatever else it holds", async () => {
    const namespace = bytes(global("argparse", "Namespace"), ")", [0x81], dict({}), "b");
    const states = torchZip(
      stateDict({ Downstream: dict({}), Featurizer: dict({}), Args: namespace }),
    );
    const directory = await directoryOf({ "states-5.ckpt": states });
    await expect(openCheckpoint(directory)).rejects.toMatchObject(
      refused(/s3prl.*Build from that upstream/),
    );
  });
});

describe("a pickle with what trainers write beside tensors", () => {
  it("is read past counters and arguments, which stay plain data", async () => {
    const counter = call(global("collections", "Counter"), dict({ a: text("1") }));
    const file = torchZip(pickle(dict({ milestones: counter })));
    const directory = await directoryOf({ "last.ckpt": file });
    await expect(openCheckpoint(directory)).rejects.toMatchObject(
      refused(/no tensors, only milestones/),
    );
  });
});

describe("a directory without weights to build from", () => {
  it("of a PEFT adapter names its base model", async () => {
    const { directory } = await communityCase("adapter");
    await expect(openCheckpoint(directory)).rejects.toMatchObject(
      refused(/PEFT adapter for microsoft\/wavlm-base-plus.*merge_and_unload/),
    );
  });

  it.each([
    ["DeepSpeed", { "zero_to_fp32.py": "", latest: "global_step5" }, ["global_step5"], /DeepSpeed/],
    ["torch's distributed checkpoints", {}, ["pytorch_model_fsdp_0"], /merge-weights/],
    ["TensorFlow", { "tf_model.h5": "" }, [], /tf_model\.h5, of another framework/],
    ["a training run", {}, ["checkpoint-9", "checkpoint-10"], /such as checkpoint-10 \(of 2\)/],
    [
      "several files",
      { "a.ckpt": "", "b.pt": "" },
      [],
      /several files of weights \(a\.ckpt, b\.pt\)/,
    ],
    ["nothing", { "optimizer.pt": "" }, [], /none of model\.safetensors/],
  ])("of %s says so", async (_, files, folders, detail) => {
    await expect(openCheckpoint(await directoryOf(files, folders))).rejects.toMatchObject(
      refused(detail),
    );
  });

  it("whose link leads nowhere names it, weights and configs alike", async () => {
    for (const name of ["model.safetensors", "config.json", "processor_config.json"]) {
      const directory = await directoryOf({ "model.safetensors": GOLDEN });
      await rm(join(directory, name), { force: true });
      await symlink("../../blobs/0123", join(directory, name));
      await expect(openCheckpoint(directory)).rejects.toMatchObject(
        refused(new RegExp(`^${name} is a link to \\.\\./\\.\\./blobs/0123, which is not there`)),
      );
    }
  });

  it("or without config.json says what belongs beside them", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "wav2vec2.ckpt"), "");
    await expect(openCheckpoint(directory)).rejects.toMatchObject(
      refused(/wav2vec2\.ckpt has no config\.json beside it/),
    );
  });

  it("is built from the only file of weights there is, which is said", async () => {
    const { notes, config } = await openCheckpoint(
      await directoryOf({
        "best.safetensors": GOLDEN,
        "optimizer.pt": "",
        "training_args.bin": "",
      }),
    );
    expect([config.layerCount, notes]).toEqual([3, [expect.stringContaining("best.safetensors")]]);
  });
});

describe("a checkpoint of another family", () => {
  it.each([
    ["data2vec-audio", /a data2vec model.*positions are encoded by several convolutions/],
    ["wav2vec2-bert", /a wav2vec-BERT 2\.0 model.*takes spectrograms/],
    ["unispeech", /a UniSpeech model/],
    ["gpt2", /a 'gpt2' model.*use a model of WavLM, wav2vec 2\.0, HuBERT, UniSpeech-SAT/],
  ])("%s is named, and nothing is advised that does not help", async (type, detail) => {
    const config = JSON.parse(await readFile(fixture("golden/tiny-group/config.json"), "utf8"));
    const directory = await directoryOf({
      "config.json": JSON.stringify({ ...config, model_type: type }),
      "model.safetensors": GOLDEN,
    });
    const error = await openCheckpoint(directory).catch((reason: Error) => reason);
    expect(error).toMatchObject(refused(detail, "checkpoint-unsupported"));
    expect((error as Error).message).not.toMatch(/correct it|expected "wavlm"/);
  });
});

describe("a trainer's folder without a preprocessor", () => {
  it("says which file is missing and where it is found", async () => {
    const directory = await directoryOf({ "model.safetensors": GOLDEN });
    await rm(join(directory, "preprocessor_config.json"));
    await expect(openCheckpoint(directory)).rejects.toMatchObject(
      refused(/preprocessor_config\.json.*that this one was trained from.*Trainer/),
    );
  });
});
