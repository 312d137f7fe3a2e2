import fc from "fast-check";
import { expect, test } from "vitest";
import type { KeptFeatures } from "../../src/results/computed.ts";
import { restoreFeatures, storeFeatures } from "../../src/results/serialize.ts";

const rest: Omit<KeptFeatures, "tensors"> = {
  model: { id: "m", precision: "q8", packDigest: "d", weights: "synthetic" },
  audio: {
    container: "wav",
    codec: "c",
    sampleRateHz: 8000,
    channels: 2,
    bitsPerSample: null,
    seconds: 1.5,
    channel: "mix",
    warnings: [{ code: "truncated", detail: "d", seconds: 1.5 }],
  },
  frames: 2,
  frameStrideSeconds: 0.02,
  windows: 1,
  backend: "wasm",
};

const tensor = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.float32Array({ minLength: 4, maxLength: 4 }))
  .map(([rows, values]) => ({
    name: "hidden_states.1",
    shape: [rows, 4],
    data: Float32Array.from({ length: 4 * rows }, (_, index) => values[index % 4] as number),
  }));

test("features come back as they were kept, bit for bit, wherever their bytes lie", () => {
  fc.assert(
    fc.property(
      fc.array(tensor, { maxLength: 3 }),
      fc.integer({ min: 0, max: 3 }),
      (tensors, shift) => {
        const { header, parts } = storeFeatures({ ...rest, tensors });
        const moved = parts.map((part) => {
          const larger = new Uint8Array(part.length + shift);
          larger.set(part, shift);
          return larger.subarray(shift);
        });
        expect(restoreFeatures({ header, parts: moved })).toEqual({ ...rest, tensors });
      },
    ),
  );
});
