/** The WASM backend, the same in every place; each place only says how its modules are had and its threads started. */
import { type Backend, stepKinds } from "../backend.ts";
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
 * Creates the backend. Packs of kernels alone have a heap without onnxruntime, which costs 17 MB and most of the start. On
 * several threads, packs with kernels and ONNX steps and packs of ONNX steps alone have a heap each: beside kernels,
 * onnxruntime keeps to one thread, because how it adds up depends on how many it has, and because its idle threads spin on the
 * processors that kernels need. Each heap is made when it is first needed.
 */
export function createWasmBackend(
  modules: WasmModules,
  { maxHeapBytes, threads = 1, startThread }: WasmOptions,
): Backend {
  const limits = { maxHeapBytes, startThread };
  const kernelsOnly = wasmHeap(modules, { ...limits, ortThreads: null, kernelThreads: threads });
  const mixed = wasmHeap(modules, { ...limits, ortThreads: 1, kernelThreads: threads });
  const onnxOnly =
    threads === 1 ? mixed : wasmHeap(modules, { ...limits, ortThreads: threads, kernelThreads: 1 });
  const byKinds = { kernels: kernelsOnly, mixed, onnx: onnxOnly };
  const heaps = new Set(Object.values(byKinds));
  return {
    name: WASM_NAME,
    threads,
    heapBytes: () => [...heaps].reduce((sum, heap) => sum + heap.bytes(), 0),
    createSession: (steps, { packKinds = stepKinds(steps) } = {}) =>
      byKinds[packKinds].createSession(steps),
    prepare: kernelsOnly.prepare,
    describeHeap: kernelsOnly.describe,
    async close() {
      await Promise.all([...heaps].map((heap) => heap.close()));
    },
  };
}
