import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFeatures } from "../../src/formats/encode.ts";
import type { Dtype, Format } from "../../src/formats/format.ts";
import { readNpy, readNpz, readSafetensors } from "../support/http/answer-readers.ts";
import { join, smallFeatures } from "../support/http/written-features.ts";

const [first, second, third] = smallFeatures.tensors as [Tensor, Tensor, Tensor];
type Tensor = (typeof smallFeatures.tensors)[number];

function write(format: Format, dtype: Dtype, features = smallFeatures): Uint8Array {
  return join(
    encodeFeatures(features, {
      format,
      dtype,
      encoding: "float",
      pool: "none",
      requestId: crypto.randomUUID(),
    }),
  );
}

describe("npy", () => {
  test("holds the one tensor's shape and float32 values", () => {
    const read = readNpy(write("npy", "f32", { ...smallFeatures, tensors: [first] }));
    expect(read).toEqual({ dtype: "<f4", shape: [2, 3], values: [...first.data] });
  });

  test("writes a vector's shape as a tuple of one", () => {
    expect(readNpy(write("npy", "f32", { ...smallFeatures, tensors: [third] })).shape).toEqual([2]);
  });
});

describe("npz", () => {
  test("holds every tensor by name and the metadata as JSON", () => {
    const { arrays, texts } = readNpz(write("npz", "f32"));
    expect([...arrays.keys()]).toEqual(["hidden_states.0", "hidden_states.12", "extract_features"]);
    expect(arrays.get("hidden_states.12")).toEqual({
      dtype: "<f4",
      shape: [2, 3],
      values: [...second.data],
    });
    expect(JSON.parse(texts.get("metadata.json") as string)).toMatchObject({
      model: { id: "tiny-fp32", weights: "synthetic" },
      audio: { sample_rate_hz: 44100, seconds: 0.06 },
      frames: 2,
    });
  });
});

describe("safetensors", () => {
  test("holds every tensor by name, aligned, in order and without gaps", () => {
    const { tensors } = readSafetensors(write("safetensors", "f32"));
    expect([...tensors.keys()]).toEqual([
      "hidden_states.0",
      "hidden_states.12",
      "extract_features",
    ]);
    expect(tensors.get("hidden_states.0")).toEqual({
      dtype: "F32",
      shape: [2, 3],
      values: [...first.data],
    });
    expect(tensors.get("extract_features")).toEqual({
      dtype: "F32",
      shape: [2],
      values: [...third.data],
    });
  });

  test("says in its metadata, as strings only, which model made it and of what", () => {
    expect(readSafetensors(write("safetensors", "f32")).metadata).toEqual({
      "model.id": "tiny-fp32",
      "model.precision": "fp32",
      "model.pack_digest": "ab".repeat(32),
      "model.weights": "synthetic",
      "audio.container": "wav",
      "audio.codec": "pcm_s16le",
      "audio.sample_rate_hz": "44100",
      "audio.channels": "2",
      "audio.bits_per_sample": "16",
      "audio.seconds": "0.06",
      "audio.channel": "left",
      "audio.start": "1.5",
      "audio.warnings.0.code": "clipped",
      "audio.warnings.0.samples": "7",
      "audio.warnings.0.detail": "Too loud.",
      frames: "2",
      frame_stride_seconds: "0.02",
      windows: "1",
      backend: "wasm",
      pool: "none",
    });
  });
});

describe("every binary format", () => {
  test.each<Format>(["npz", "safetensors"])(
    "%s gives the same bytes for the same input, whoever asks",
    (format) => {
      expect(write(format, "f32")).toEqual(write(format, "f32"));
    },
  );

  test("f16 rounds as float16 does and overflows to infinity", () => {
    const float16 = (value: number): number => {
      const view = new DataView(new ArrayBuffer(2));
      view.setFloat16(0, value);
      return view.getFloat16(0);
    };
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, minLength: 1 }), (data) => {
        const features = { ...smallFeatures, tensors: [{ name: "x", shape: [data.length], data }] };
        const expected = { shape: [data.length], values: Array.from(data, float16) };
        expect(readNpy(write("npy", "f16", features))).toEqual({ dtype: "<f2", ...expected });
        expect(readSafetensors(write("safetensors", "f16", features)).tensors.get("x")).toEqual({
          dtype: "F16",
          ...expected,
        });
      }),
      { examples: [[new Float32Array([65504, 65520, -1e9, 2 ** -24, 2 ** -26, -0])]] },
    );
  });

  test("writes a view into a larger buffer as only its own values", () => {
    const data = new Float32Array([9, 9, 1, 2, 9]).subarray(2, 4);
    const features = { ...smallFeatures, tensors: [{ name: "x", shape: [2], data }] };
    expect(readNpy(write("npy", "f32", features)).values).toEqual([1, 2]);
  });
});
