/** A small answer to write in every format. */
import type { Features } from "../../../src/results/computed.ts";

export const smallFeatures: Features = {
  model: { id: "tiny-fp32", precision: "fp32", packDigest: "ab".repeat(32), weights: "synthetic" },
  audio: {
    container: "wav",
    codec: "pcm_s16le",
    sampleRateHz: 44100,
    channels: 2,
    bitsPerSample: 16,
    seconds: 0.06,
    channel: "left",
    startSeconds: 1.5,
    warnings: [{ code: "clipped", samples: 7, detail: "Too loud." }],
  },
  frames: 2,
  frameStrideSeconds: 0.02,
  windows: 1,
  backend: "wasm",
  tensors: [
    {
      name: "hidden_states.0",
      shape: [2, 3],
      data: new Float32Array([0, -1.5, 0.1, 1e-30, 70000, -2]),
    },
    { name: "hidden_states.12", shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) },
    { name: "extract_features", shape: [2], data: new Float32Array([0.25, -0.75]) },
  ],
  timings: { decodeMs: 1, resampleMs: 2, queueMs: 0, modelLoadMs: 3, frontendMs: 4, layersMs: 5 },
  memory: { wasmHeapBytes: 0, heldBufferBytes: 0, residentWeightBytes: 0, readWeightBytes: 0 },
};

export function join(parts: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const all = [...parts];
  const bytes = new Uint8Array(all.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of all) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
