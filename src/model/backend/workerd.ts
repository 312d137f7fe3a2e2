/** The WASM backend in workerd: one thread, the module compiled ahead of time because workerd compiles none from bytes. */

import wasmModule from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import * as ort from "onnxruntime-web/wasm";
import type { Backend } from "./backend.ts";
import { boundHeap } from "./heap.ts";
import { createWasmBackend } from "./wasm.ts";

/** Stands for the module wherever ort asks for bytes; recognised again when it wants to instantiate them. */
const placeholder = new ArrayBuffer(8);

/** Creates the backend; it may be created more than once, all of them share one heap. */
export async function createWorkerdBackend(maxHeapBytes = Infinity): Promise<Backend> {
  const heap = boundHeap(maxHeapBytes);
  instantiateFromModule();
  ort.env.wasm.wasmBinary = placeholder;
  ort.env.wasm.numThreads = 1;
  return createWasmBackend(heap);
}

let original: typeof WebAssembly.instantiate | undefined;

/** ort's glue hands bytes to WebAssembly.instantiate, which workerd forbids: answer with the imported module instead. */
function instantiateFromModule(): void {
  if (original !== undefined) return;
  const builtIn = WebAssembly.instantiate;
  original = builtIn;
  const instantiate = async (
    source: BufferSource | WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => {
    if (!isPlaceholder(source)) return builtIn(source as BufferSource, imports);
    return { module: wasmModule, instance: await builtIn(wasmModule, imports) };
  };
  WebAssembly.instantiate = instantiate as typeof WebAssembly.instantiate;
}

function isPlaceholder(source: BufferSource | WebAssembly.Module): boolean {
  return source === placeholder || (ArrayBuffer.isView(source) && source.buffer === placeholder);
}
