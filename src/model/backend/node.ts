/** The WASM backend in Node: one thread, the module read from the installed package. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as ort from "onnxruntime-web/wasm";
import type { Backend } from "./backend.ts";
import { boundHeap } from "./heap.ts";
import { createWasmBackend } from "./wasm.ts";

/** Creates the backend; the 14 MB module is read once per process, and the first heap's maximum holds for all. */
export async function createNodeBackend(maxHeapBytes = Infinity): Promise<Backend> {
  const heap = boundHeap(maxHeapBytes);
  const path = createRequire(import.meta.url).resolve(
    "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  );
  const bytes = await readFile(path);
  ort.env.wasm.wasmBinary = bytes.buffer.slice(
    bytes.byteOffset,
    bytes.byteOffset + bytes.byteLength,
  );
  ort.env.wasm.numThreads = 1;
  return createWasmBackend(heap);
}
