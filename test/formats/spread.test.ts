import { describe, expect, test } from "vitest";
import type { Format } from "../../src/formats/format.ts";
import { encodeSpread } from "../../src/formats/spread.ts";
import { smallFeatures } from "../support/http/written-features.ts";

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
