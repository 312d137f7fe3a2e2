/** One heap, with onnxruntime and the engine's own kernels working in it. */

import { instantiateKernels, type KernelExports } from "../kernels/instantiate.ts";
import { callingThread, type KernelRunner } from "../kernels/runner.ts";
import { type StartKernelThread, startKernelPool } from "../kernels/threads/pool.ts";
import { instantiateOrt, type Ort } from "../onnxruntime/module.ts";
import { type HeapConstants, heapConstants } from "./heap-constants.ts";

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
  /** Threads of onnxruntime and of kernels, the calling one among them. */
  readonly ortThreads: number;
  readonly kernelThreads: number;
  /** Starts threads for kernels; needed for more than one. */
  readonly startThread?: StartKernelThread | undefined;
}

export interface WasmInstance {
  readonly ort: Ort;
  readonly constants: HeapConstants;
  readonly kernels: KernelRunner;
  /** The calling thread's own. */
  readonly kernelExports: KernelExports;
  /** Bytes of the heap now; it never shrinks. */
  heapBytes(): number;
  /** Ends its threads. */
  stop(): Promise<void>;
}

/** Instantiates both on one heap. */
export async function instantiateWasm(
  modules: WasmModules,
  { maxHeapBytes, ortThreads, kernelThreads, startThread }: WasmLimits,
): Promise<WasmInstance> {
  const ort = await instantiateOrt(modules, { maxHeapBytes, threads: ortThreads });
  const { memory } = ort;
  const constants = heapConstants(ort);
  const heapBytes = () => memory.buffer.byteLength;
  try {
    const kernels = await instantiateKernels(modules.kernels, memory);
    if (kernelThreads === 1 || startThread === undefined) {
      return {
        ort,
        constants,
        kernels: callingThread(kernels),
        kernelExports: kernels,
        heapBytes,
        stop: ort.stop,
      };
    }
    const parts = { wasm: modules.kernels, memory };
    const pool = await startKernelPool(parts, kernels, kernelThreads, startThread);
    const stop = async () => {
      await Promise.all([pool.stop(), ort.stop()]);
    };
    return { ort, constants, kernels: pool, kernelExports: kernels, heapBytes, stop };
  } catch (error) {
    await ort.stop();
    throw error;
  }
}
