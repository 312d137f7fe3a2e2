/** The kernels' two builds, each on a heap of its own, and arrays in it. */

import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { bytesOf } from "../../../src/bytes.ts";
import { instantiateKernels } from "../../../src/model/backend/kernels/instantiate.ts";

export const VARIANTS = ["relaxed-simd", "simd"] as const;

/** The kernels on a heap of their own, and a place in it for arrays. */
async function openKernels(variant: (typeof VARIANTS)[number]) {
  const path = new URL(`../../../build/kernels/${variant}.wasm`, import.meta.url);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
  const kernels = await instantiateKernels(await WebAssembly.compile(await readFile(path)), memory);
  return { kernels, heap: arraysIn(memory) };
}

export type Kernels = Awaited<ReturnType<typeof openKernels>>;

function arraysIn(memory: WebAssembly.Memory) {
  let end = 16;
  const reserve = (bytes: number) => {
    const address = end;
    end += Math.ceil(bytes / 16) * 16;
    return address;
  };
  return {
    reset() {
      end = 16;
    },
    /** Where the next array will stand; `backTo` gives up all arrays behind such a place. */
    mark: () => end,
    backTo(mark: number) {
      end = mark;
    },
    at: (address: number, length: number) => new Uint8Array(memory.buffer, address, length).slice(),
    put(values: Float32Array | Int8Array | Uint8Array): number {
      const address = reserve(values.byteLength);
      const bytes = bytesOf(values);
      new Uint8Array(memory.buffer).set(bytes, address);
      return address;
    },
    floats(length: number) {
      const address = reserve(length * 4);
      return { address, read: () => new Float32Array(memory.buffer, address, length).slice() };
    },
    bytes(length: number) {
      const address = reserve(length);
      return { address, read: () => new Uint8Array(memory.buffer, address, length).slice() };
    },
  };
}

export const kernelsOf = Object.fromEntries(
  await Promise.all(VARIANTS.map(async (variant) => [variant, await openKernels(variant)])),
) as Record<(typeof VARIANTS)[number], Kernels>;

/** Arrays of `length` numbers from −50 to 50. */
export function floats(length: number) {
  return fc.float32Array({ minLength: length, maxLength: length, min: -50, max: 50, noNaN: true });
}

/** Integers that are spread over their range, the same for the same seed. */
export function spread(length: number, low: number, high: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return low + (state % (high - low + 1));
  });
}
