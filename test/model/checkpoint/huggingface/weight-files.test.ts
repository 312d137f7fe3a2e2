import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openWeightFiles } from "../../../../src/model/checkpoint/huggingface/weight-files.ts";
import {
  encodeSafetensors,
  float32,
  temporaryDirectory,
} from "../../../support/checkpoints/files.ts";

const first = encodeSafetensors(new Map([["a", float32([2], [1, 2])]]));
const second = encodeSafetensors(new Map([["b", float32([1], [3])]]));

async function directoryOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const directory = await temporaryDirectory();
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), content);
  return directory;
}

function index(weightMap: unknown): string {
  return JSON.stringify({ metadata: { total_size: 12 }, weight_map: weightMap });
}

describe("openWeightFiles", () => {
  it("joins shards, hashing them in order of name", async () => {
    const files = await openWeightFiles(
      await directoryOf({
        "model-2.safetensors": second,
        "model-1.safetensors": first,
        "model.safetensors.index.json": index({
          b: "model-2.safetensors",
          a: "model-1.safetensors",
        }),
      }),
    );
    expect(new Map(files.shapes)).toEqual(
      new Map([
        ["a", [2]],
        ["b", [1]],
      ]),
    );
    expect((await files.read("a")).data).toEqual(Float32Array.of(1, 2));
    expect((await files.read("b")).data).toEqual(Float32Array.of(3));
    expect(files.sha256).toBe(createHash("sha256").update(first).update(second).digest("hex"));
  });

  it("prefers the whole file, as transformers does", async () => {
    const files = await openWeightFiles(
      await directoryOf({
        "model.safetensors": first,
        "model.safetensors.index.json": index({ b: "absent.safetensors" }),
      }),
    );
    expect([...files.shapes.keys()]).toEqual(["a"]);
  });

  it.each([
    ["../model.safetensors"],
    ["/etc/model.safetensors"],
    ["shards/model.safetensors"],
    ["..\\model.safetensors"],
    ["..safetensors"],
    ["model.pt"],
  ])("refuses a shard called %j", async (name) => {
    const directory = await directoryOf({ "model.safetensors.index.json": index({ a: name }) });
    await expect(openWeightFiles(directory)).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringContaining("plain name"),
    });
  });

  it.each([
    ["no weights at all", {}, "none of model.safetensors"],
    [
      "a missing shard",
      { "model.safetensors.index.json": index({ a: "gone.safetensors" }) },
      "gone.safetensors is missing",
    ],
    [
      "a promise its shard breaks",
      {
        "1.safetensors": first,
        "2.safetensors": second,
        "model.safetensors.index.json": index({ a: "2.safetensors", b: "1.safetensors" }),
      },
      "promises tensor a in 2.safetensors",
    ],
    [
      "a tensor in two shards",
      {
        "1.safetensors": first,
        "2.safetensors": first,
        "model.safetensors.index.json": index({ a: "1.safetensors", b: "2.safetensors" }),
      },
      "Tensor a is in",
    ],
    ["an index that is not JSON", { "model.safetensors.index.json": "{" }, "not JSON"],
    ["an index without a map", { "model.safetensors.index.json": "{}" }, "weight_map"],
  ])("refuses %s", async (_, files, sentence) => {
    await expect(openWeightFiles(await directoryOf(files))).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringContaining(sentence),
    });
  });
});
