import { expect, it } from "vitest";
import { fitsDevice } from "../../../src/model/backend/webgpu/webgpu.ts";

const limits = { maxStorageBufferBindingSize: 8 } as GPUSupportedLimits;
const withFloat16 = { limits, features: new Set(["shader-f16"]) };
const without = { limits, features: new Set<string>() };

it.each([
  ["float32 that fills a buffer", { type: "float32", data: new Float32Array(2) }, true, true],
  ["float32 beyond a buffer", { type: "float32", data: new Float32Array(3) }, false, false],
  ["float16 that fills a buffer", { type: "float16", data: new Uint16Array(4) }, true, false],
  ["float16 beyond a buffer", { type: "float16", data: new Uint16Array(5) }, false, false],
] as const)("a GPU with and without float16 takes %s", (_, tensor, takes, takesWithout) => {
  expect(fitsDevice(tensor, withFloat16)).toBe(takes);
  expect(fitsDevice(tensor, without)).toBe(takesWithout);
});
