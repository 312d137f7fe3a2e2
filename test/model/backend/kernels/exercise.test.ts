import { describe, expect, it } from "vitest";
import { EXERCISE_BYTES, exerciseKernels } from "../../../../src/model/backend/kernels/exercise.ts";
import type { KernelExports } from "../../../../src/model/backend/kernels/instantiate.ts";
import { kernelsOf, VARIANTS } from "../../../support/model/open-kernels.ts";

const GUARD_BYTES = 4096;

describe("exercised kernels", () => {
  it.each(VARIANTS)("keep to the memory that they are given, with %s", (variant) => {
    const { kernels, heap } = kernelsOf[variant];
    heap.reset();
    const guard = new Uint8Array(GUARD_BYTES).fill(0xa5);
    heap.put(guard);
    const place = heap.put(new Uint8Array(EXERCISE_BYTES));
    heap.put(guard);
    exerciseKernels(kernels, place);
    heap.reset();
    const all = heap.bytes(2 * GUARD_BYTES + EXERCISE_BYTES).read();
    expect(all.subarray(0, GUARD_BYTES)).toEqual(guard);
    expect(all.subarray(-GUARD_BYTES)).toEqual(guard);
  });

  it("are all there are", () => {
    const { kernels } = kernelsOf.simd;
    const called = new Set<string>();
    const watched = new Proxy(kernels, {
      get(target, name) {
        called.add(String(name));
        return target[name as keyof KernelExports];
      },
    });
    exerciseKernels(watched, kernelsOf.simd.heap.put(new Uint8Array(EXERCISE_BYTES)));
    const functions = Object.entries(kernels).filter(([, value]) => typeof value === "function");
    expect([...called].sort()).toEqual(functions.map(([name]) => name).sort());
  });
});
