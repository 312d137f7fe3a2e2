/** One heap, with onnxruntime and the engine's own kernels working in it. */
import { instantiateKernels, type KernelExports } from "./kernels/instantiate.ts";
import { instantiateOrt, type OrtExports } from "./ort-module.ts";

/** The compiled modules; each place has them in its own way. */
export interface WasmModules {
  readonly ort: WebAssembly.Module;
  readonly kernels: WebAssembly.Module;
}

export interface WasmInstance {
  readonly ort: OrtExports;
  readonly kernels: KernelExports;
  /** Bytes of the heap now; it never shrinks. */
  heapBytes(): number;
}

/** Instantiates both on a heap of at most `maxHeapBytes`. */
export async function instantiateWasm(
  modules: WasmModules,
  maxHeapBytes: number,
): Promise<WasmInstance> {
  const { exports, memory } = await instantiateOrt(modules.ort, maxHeapBytes);
  return {
    ort: exports,
    kernels: await instantiateKernels(modules.kernels, memory),
    heapBytes: () => memory.buffer.byteLength,
  };
}
