import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSafetensors } from "../../../../src/model/checkpoint/safetensors/file.ts";
import {
  encodeSafetensors,
  fixture,
  float32,
  type StoredTensor,
  safetensorsBytes,
  temporaryDirectory,
} from "../../../support/checkpoints/files.ts";

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(), "file.safetensors");
  await writeFile(path, bytes);
  return path;
}

function words(dtype: string, values: number[]): StoredTensor {
  return { dtype, shape: [values.length], bytes: new Uint8Array(Uint16Array.from(values).buffer) };
}

describe("openSafetensors", () => {
  it("reads the tensor asked for, in any order", async () => {
    const tensors = new Map([
      ["a", float32([2, 2], [1, 2, 3, 4])],
      ["b", float32([], [0.5])],
      ["c", float32([0], [])],
    ]);
    const file = await openSafetensors(await write(encodeSafetensors(tensors)));
    expect(await file.read("b")).toEqual({ shape: [], data: Float32Array.of(0.5) });
    expect(await file.read("a")).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
    expect(await file.read("c")).toEqual({ shape: [0], data: new Float32Array() });
  });

  it("widens F16 and BF16", async () => {
    const tensors = new Map([
      ["half", words("F16", [0x3c00, 0xc000, 0x0001])],
      ["brain", words("BF16", [0x3f80, 0xc000, 0x0001])],
    ]);
    const file = await openSafetensors(await write(encodeSafetensors(tensors)));
    expect((await file.read("half")).data).toEqual(Float32Array.of(1, -2, 2 ** -24));
    expect((await file.read("brain")).data).toEqual(Float32Array.of(1, -2, 2 ** -133));
  });

  it("reads what the format's own library wrote", async () => {
    const file = await openSafetensors(fixture("golden/inputs.safetensors"));
    const { shape, data } = await file.read("x400");
    expect(shape).toEqual([400]);
    expect(data.every((sample) => Math.abs(sample) <= 1)).toBe(true);
    expect(data.some((sample) => sample !== 0)).toBe(true);
  });

  it.each([["F64"], ["I64"]])(
    "refuses weights stored as %s by name, and only when read",
    async (dtype) => {
      const tensors = new Map([
        ["steps", { dtype, shape: [1], bytes: new Uint8Array(8) }],
        ["weight", float32([1], [1])],
      ]);
      const file = await openSafetensors(await write(encodeSafetensors(tensors)));
      await expect(file.read("steps")).rejects.toMatchObject({
        slug: "checkpoint-unsupported",
        message: expect.stringContaining(dtype),
        extensions: { tensor: "steps", dtype },
      });
      expect((await file.read("weight")).data).toEqual(Float32Array.of(1));
    },
  );

  it("refuses a tensor that is not there", async () => {
    const file = await openSafetensors(await write(encodeSafetensors(new Map())));
    await expect(file.read("a")).rejects.toMatchObject({ slug: "checkpoint-invalid" });
  });

  it("refuses an empty file, a short one and one that announces an absurd header", async () => {
    const absurd = new Uint8Array(16).fill(0xff);
    for (const bytes of [new Uint8Array(), new Uint8Array(5), absurd]) {
      await expect(openSafetensors(await write(bytes))).rejects.toMatchObject({
        slug: "checkpoint-invalid",
      });
    }
  });

  it("refuses a tensor larger than the file without making room for it", async () => {
    const header = '{"a":{"dtype":"U8","shape":[1e15],"data_offsets":[0,1000000000000000]}}';
    await expect(
      openSafetensors(await write(safetensorsBytes(header, new Uint8Array(8)))),
    ).rejects.toMatchObject({ slug: "checkpoint-invalid" });
  });

  it("notices a file that shrinks after it was opened", async () => {
    const path = await write(encodeSafetensors(new Map([["a", float32([2], [1, 2])]])));
    const file = await openSafetensors(path);
    await truncate(path, 12);
    await expect(file.read("a")).rejects.toMatchObject({ slug: "checkpoint-invalid" });
  });
});
