/** The WASM backend in Node: one thread, the module read from the installed package. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Backend } from "./backend.ts";
import { createWasmBackend } from "./wasm.ts";

let compiled: Promise<WebAssembly.Module> | undefined;

/** Creates a backend with a heap of its own. */
export async function createNodeBackend(maxHeapBytes = Number.POSITIVE_INFINITY): Promise<Backend> {
  return createWasmBackend(await ortModule(), maxHeapBytes);
}

/** onnxruntime's 14 MB module, compiled once per process. */
export function ortModule(): Promise<WebAssembly.Module> {
  compiled ??= compileModule();
  return compiled;
}

async function compileModule(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve(
    "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  );
  return WebAssembly.compile(await readFile(path));
}
