import { describe, expect, it } from "vitest";
import { exerciseKernels } from "../../../../src/model/backend/kernels/exercise.ts";
import type { Heap, HeapScope } from "../../../../src/model/backend/kernels/heap.ts";
import type { KernelExports } from "../../../../src/model/backend/kernels/instantiate.ts";
import { callingThread } from "../../../../src/model/backend/kernels/runner.ts";
import { type Kernels, kernelsOf, VARIANTS } from "../../../support/model/open-kernels.ts";

const GUARD = new Uint8Array(64).fill(0xa5);

/** The arrays of `heap` as a kernels' heap, with a guard behind each, which is checked when it is freed. */
function guardedHeap({ heap }: Kernels): Heap & { guards(): number } {
  let guards = 0;
  const guarded = (address: number): { address: number; check(): void } => {
    const guard = heap.put(GUARD);
    guards++;
    return { address, check: () => expect(heap.at(guard, GUARD.length)).toEqual(GUARD) };
  };
  return {
    guards: () => guards,
    matrix(rows, columns) {
      const mark = heap.mark();
      const { address, check } = guarded(heap.floats(rows * columns).address);
      const free = () => {
        check();
        heap.backTo(mark);
      };
      return { type: "float32", shape: [rows, columns], address, free };
    },
    scoped(work) {
      const mark = heap.mark();
      const checks: (() => void)[] = [];
      const noted = (place: ReturnType<typeof guarded>) => {
        checks.push(place.check);
        return place.address;
      };
      const scope: Pick<HeapScope, "allocate" | "copy"> = {
        allocate: (bytes) => noted(guarded(heap.bytes(bytes).address)),
        copy: (bytes) => noted(guarded(heap.put(bytes))),
      };
      const result = work(scope as HeapScope);
      for (const check of checks) check();
      heap.backTo(mark);
      return result;
    },
  };
}

describe("exercised kernels", () => {
  it.each(VARIANTS)("keep to the memory that they are given, with %s", (variant) => {
    const { kernels, heap } = kernelsOf[variant];
    heap.reset();
    const guarded = guardedHeap(kernelsOf[variant]);
    exerciseKernels(callingThread(kernels), guarded);
    expect(guarded.guards()).toBeGreaterThan(10);
  });

  /** Of a checksum, which is no step of a program. */
  const UNSTEPPED = ["beginChecksum", "addStripes", "endChecksum"];

  it("are all that programs have", () => {
    const { kernels, heap } = kernelsOf.simd;
    heap.reset();
    const called = new Set<string>();
    const watched = new Proxy<KernelExports>(kernels, {
      get(target, name) {
        called.add(String(name));
        return target[String(name)];
      },
    });
    exerciseKernels(callingThread(watched), guardedHeap(kernelsOf.simd));
    const functions = Object.entries(kernels).filter(([, value]) => typeof value === "function");
    const kernelNames = functions
      .map(([name]) => name)
      .filter((name) => !name.startsWith("uses") && !UNSTEPPED.includes(name));
    expect([...called].sort()).toEqual(kernelNames.sort());
  });
});
