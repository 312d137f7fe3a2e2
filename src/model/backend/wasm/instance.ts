/** One heap, with the engine's own kernels working in it, and onnxruntime where programs have ONNX steps. */

import { instantiateKernels, type KernelExports } from "../kernels/instantiate.ts";
import { callingThread, type KernelRunner } from "../kernels/runner.ts";
import { type StartKernelThread, startKernelPool } from "../kernels/threads/pool.ts";
import { ortMemory } from "../onnxruntime/heap.ts";
import { instantiateOrt, type Ort } from "../onnxruntime/module.ts";
import { type HeapConstants, heapConstants } from "./heap-constants.ts";
import type { HeapMemory } from "./heap-memory.ts";
import { openOwnMemory } from "./own-memory.ts";

/** The compiled modules; each place has them in its own way. */
export interface WasmModules {
  /** True if they import a shared memory, which several threads need; on one thread an unshared one is faster. */
  readonly isShared: boolean;
  readonly ort: WebAssembly.Module;
  readonly kernels: WebAssembly.Module;
}

/** The size limit of a heap and its threads. */
export interface WasmLimits {
  readonly maxHeapBytes: number;
  /** Threads of onnxruntime, the calling one among them; null for a heap of kernels alone. */
  readonly ortThreads: number | null;
  /** Threads of kernels, the calling one among them. */
  readonly kernelThreads: number;
  /** Starts threads for kernels; needed for more than one. */
  readonly startThread?: StartKernelThread | undefined;
}

export interface WasmInstance {
  readonly heap: HeapMemory;
  /** Null in a heap of kernels alone. */
  readonly ort: Ort | null;
  readonly constants: HeapConstants;
  readonly kernels: KernelRunner;
  /** The calling thread's own. */
  readonly kernelExports: KernelExports;
  /** Ends its threads. */
  stop(): Promise<void>;
}

/** Instantiates the kernels, and onnxruntime where it is wanted, on one heap. */
export async function instantiateWasm(
  modules: WasmModules,
  { maxHeapBytes, ortThreads, kernelThreads, startThread }: WasmLimits,
): Promise<WasmInstance> {
  const ort =
    ortThreads === null
      ? null
      : await instantiateOrt(modules, { maxHeapBytes, threads: ortThreads });
  const heap = ort === null ? openOwnMemory(maxHeapBytes, modules.isShared) : ortMemory(ort);
  const { memory } = heap;
  const shared = { heap, ort, constants: heapConstants(heap) };
  const stopOrt = async () => ort?.stop();
  try {
    const kernelExports = await instantiateKernels(modules.kernels, memory);
    if (kernelThreads === 1 || startThread === undefined) {
      return { ...shared, kernels: callingThread(kernelExports), kernelExports, stop: stopOrt };
    }
    const parts = { wasm: modules.kernels, memory };
    const kernels = await startKernelPool(parts, kernelExports, kernelThreads, startThread);
    const stop = async () => {
      await Promise.all([kernels.stop(), stopOrt()]);
    };
    return { ...shared, kernels, kernelExports, stop };
  } catch (error) {
    await stopOrt();
    throw error;
  }
}
