import { describe, expect, test } from "vitest";
import { encodeFeatures } from "../../src/formats/encode.ts";
import type { Format } from "../../src/formats/format.ts";
import { encodeSpread } from "../../src/formats/spread.ts";
import { join, smallFeatures } from "../support/http/written-features.ts";

const WIDTH = 1024;

/** The first bytes of frames of one layer; their numbers are never asked for. */
async function firstBytesOf(format: Format, frames: number): Promise<Uint8Array> {
  const pieces = async function* () {
    yield new Float32Array(WIDTH);
  };
  const tensors = [{ name: "hidden_states.12", shape: [frames, WIDTH], pieces }];
  const written = encodeSpread(
    { ...smallFeatures, frames, tensors },
    { format, dtype: "f32", encoding: "float", pool: "none", requestId: crypto.randomUUID() },
  );
  for await (const piece of written) return piece;
  throw new Error("nothing was written");
}

describe("frames of more than 4 GiB", () => {
  const frames = 2 ** 20;

  test("are refused as npz before anything is written, with the formats that hold them", async () => {
    await expect(firstBytesOf("npz", frames)).rejects.toMatchObject({
      slug: "invalid-option",
      message: expect.stringMatching(/4 GiB.*4294967296 bytes.*safetensors or ndjson/),
    });
    expect(await firstBytesOf("npz", frames - 1000)).not.toHaveLength(0);
  });

  test.each(["npy", "safetensors", "ndjson"] as const)("are written as %s", async (format) => {
    const text = new TextDecoder("latin1").decode(await firstBytesOf(format, frames));
    expect(text).toContain(String(frames));
  });
});

describe("frames whose pieces are read into the same memory, one after the other", () => {
  const frames = 5;
  const width = 3;
  const data = Float32Array.from({ length: frames * width }, (_, index) => index / 7 - 1);
  const tensor = { name: "hidden_states.12", shape: [frames, width] };
  const pieces = async function* () {
    const memory = new Float32Array(2 * width);
    for (let at = 0; at < data.length; at += memory.length) {
      const piece = data.subarray(at, at + memory.length);
      memory.set(piece);
      yield memory.subarray(0, piece.length);
      memory.fill(Number.NaN);
    }
  };

  test.each(
    (["json", "npy", "npz", "safetensors", "ndjson"] as const).flatMap((format) =>
      (["f32", "f16"] as const).map((dtype) => ({ format, dtype })),
    ),
  )("are the bytes of whole tensors as $format, $dtype", async ({ format, dtype }) => {
    for (const encoding of ["float", "base64"] as const) {
      const options = { format, dtype, encoding, pool: "none" } as const;
      const features = { ...smallFeatures, frames };
      const whole = encodeFeatures({ ...features, tensors: [{ ...tensor, data }] }, options);
      const written = encodeSpread({ ...features, tensors: [{ ...tensor, pieces }] }, options);
      const copies: Uint8Array[] = [];
      for await (const piece of written) copies.push(piece.slice());
      expect(join(copies)).toEqual(join(whole));
    }
  });
});
