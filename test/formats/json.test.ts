import { describe, expect, test } from "vitest";
import { encodeFeatures, type FormatOptions } from "../../src/formats/encode.ts";
import { join, smallFeatures } from "../support/http/written-features.ts";

function answer(options: Partial<FormatOptions> = {}, features = smallFeatures) {
  const defaults: FormatOptions = {
    format: "json",
    encoding: "float",
    dtype: "f32",
    pool: "none",
    requestId: "r-1",
  };
  const text = new TextDecoder().decode(
    join(encodeFeatures(features, { ...defaults, ...options })),
  );
  return JSON.parse(text);
}

function bytesOfBase64(text: string): DataView {
  return new DataView(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
}

describe("the JSON answer", () => {
  test("says which model made it, of what audio, for which request", () => {
    const { layers, ...rest } = answer();
    expect(layers).toHaveLength(3);
    expect(rest).toEqual({
      model: {
        id: "tiny-fp32",
        precision: "fp32",
        pack_digest: "ab".repeat(32),
        weights: "synthetic",
      },
      audio: {
        container: "wav",
        codec: "pcm_s16le",
        sample_rate_hz: 44100,
        channels: 2,
        bits_per_sample: 16,
        seconds: 0.06,
        channel: "left",
        start: 1.5,
        warnings: [{ code: "clipped", samples: 7, detail: "Too loud." }],
      },
      frames: 2,
      frame_stride_seconds: 0.02,
      windows: 1,
      backend: "wasm",
      pool: "none",
      request_id: "r-1",
    });
  });

  test("nests numbers as the shape says, and numbers hidden states", () => {
    const [hidden, , extracted] = answer().layers;
    expect(hidden).toEqual({
      name: "hidden_states.0",
      index: 0,
      shape: [2, 3],
      dtype: "f32",
      data: [
        [0, -1.5, 0.1],
        [1e-30, 70000, -2],
      ],
    });
    expect(extracted).toEqual({
      name: "extract_features",
      shape: [2],
      dtype: "f32",
      data: [0.25, -0.75],
    });
  });

  test("base64 is the little-endian bytes of the values", () => {
    const view = bytesOfBase64(answer({ encoding: "base64" }).layers[0].data);
    expect(view.byteLength).toBe(24);
    expect(view.getFloat32(4, true)).toBe(-1.5);
    expect(view.getFloat32(16, true)).toBe(70000);
  });

  test("base64 of a tensor larger than one piece reads as one string", () => {
    const data = Float32Array.from({ length: 20_001 }, (_, index) => index / 7);
    const view = bytesOfBase64(
      answer(
        { encoding: "base64" },
        { ...smallFeatures, tensors: [{ name: "x", shape: [20_001], data }] },
      ).layers[0].data,
    );
    expect(view.byteLength).toBe(80_004);
    expect(Array.from(data, (_, index) => view.getFloat32(index * 4, true))).toEqual([...data]);
  });

  test("f16 gives values rounded to float16, infinity beyond its range", () => {
    const [hidden] = answer({ dtype: "f16" }).layers;
    expect(hidden.dtype).toBe("f16");
    expect(hidden.data).toEqual(
      [
        [0, -1.5, 0.0999755859375],
        [0, Infinity, -2],
      ].map((row) =>
        row.map((value) => (Number.isFinite(value) ? expect.closeTo(value, 9) : value)),
      ),
    );
  });

  test("is written in parts much smaller than the whole", () => {
    const data = Float32Array.from({ length: 249 * 768 }, (_, index) => Math.sin(index));
    const features = {
      ...smallFeatures,
      tensors: [{ name: "hidden_states.1", shape: [249, 768], data }],
    };
    const options: FormatOptions = {
      format: "json",
      encoding: "float",
      dtype: "f32",
      pool: "none",
    };
    const sizes = [...encodeFeatures(features, options)].map((part) => part.length);
    expect(Math.max(...sizes)).toBeLessThan(100_000);
    expect(sizes.length).toBeGreaterThan(10);
  });
});
