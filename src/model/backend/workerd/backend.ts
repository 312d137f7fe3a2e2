/** The WASM backend in workerd: one thread, its modules compiled ahead of time because workerd compiles none from bytes. */
import ort from "../../../../build/unshared/onnxruntime.wasm";
import kernels from "../../../../build/unshared/relaxed-simd.wasm";
import type { Checksum } from "../../pack/blobs.ts";
import type { Backend } from "../backend.ts";
import { openChecksum } from "../kernels/checksum.ts";
import { createWasmBackend } from "../wasm/wasm.ts";

/** Creates a backend with a heap of its own. */
export async function createWorkerdBackend(
  maxHeapBytes = Number.POSITIVE_INFINITY,
): Promise<Backend> {
  return createWasmBackend({ ort, kernels, isShared: false }, { maxHeapBytes });
}

/** The checksum by the kernels, on memory of its own, made at its first use. */
export function workerdChecksum(): Checksum {
  let made: Checksum | undefined;
  return (bytes) => {
    made ??= openChecksum(kernels);
    return made(bytes);
  };
}
