/** The WASM backend, the same in every place; each place only says how its modules are had and its threads started. */
import type { Backend } from "../backend.ts";
import type { StartKernelThread } from "../kernels/threads/pool.ts";
import { WASM_NAME, wasmHeap } from "./heap.ts";
import type { WasmModules } from "./instance.ts";

/** Limits and threads of a backend. */
export interface WasmOptions {
  readonly maxHeapBytes: number;
  /** The calling thread among them; 1 if left out. */
  readonly threads?: number;
  /** Starts the other threads; needed for more than one. */
  readonly startThread?: StartKernelThread;
}

/**
 * Creates the backend. On several threads, packs with kernels and packs without have a heap each: beside kernels,
 * onnxruntime keeps to one thread, because how it adds up depends on how many it has, and because its idle threads spin on
 * the processors that kernels need. Packs without kernels have onnxruntime's threads instead.
 */
export function createWasmBackend(
  modules: WasmModules,
  { maxHeapBytes, threads = 1, startThread }: WasmOptions,
): Backend {
  const limits = { maxHeapBytes, startThread };
  const withKernels = wasmHeap(modules, { ...limits, ortThreads: 1, kernelThreads: threads });
  const onnxOnly =
    threads === 1
      ? withKernels
      : wasmHeap(modules, { ...limits, ortThreads: threads, kernelThreads: 1 });
  const heaps = new Set([withKernels, onnxOnly]);
  return {
    name: WASM_NAME,
    threads,
    heapBytes: () => [...heaps].reduce((sum, heap) => sum + heap.bytes(), 0),
    createSession: (steps, { besideKernels = steps.some((step) => "kernel" in step) } = {}) =>
      (besideKernels ? withKernels : onnxOnly).createSession(steps),
    prepare: withKernels.prepare,
    describeHeap: withKernels.describe,
    async close() {
      await Promise.all([...heaps].map((heap) => heap.close()));
    },
  };
}
