/** The WASM backend in Node: its modules read from the installed package and from build/, its threads worker threads. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { once } from "../../../once.ts";
import type { Backend } from "../backend.ts";
import type { WasmModules } from "../wasm/instance.ts";
import { createWasmBackend } from "../wasm/wasm.ts";
import { startNodeKernelThread } from "./threads.ts";

/** Node's V8 has relaxed SIMD. */
const KERNELS = new URL("../../../../build/kernels/relaxed-simd.wasm", import.meta.url);

/** Creates a backend with a heap of its own, and threads that live until it is closed. */
export async function createNodeBackend({
  maxHeapBytes = Number.POSITIVE_INFINITY,
  threads = 1,
}: {
  readonly maxHeapBytes?: number;
  readonly threads?: number;
} = {}): Promise<Backend> {
  const limits = { maxHeapBytes, threads, startThread: startNodeKernelThread };
  return createWasmBackend(await wasmModules(), limits);
}

/** onnxruntime's 14 MB module and the kernels, compiled once per process. */
export const wasmModules = once(compileModules);

async function compileModules(): Promise<WasmModules> {
  const ort = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  const [ortBytes, kernelBytes] = await Promise.all([readFile(ort), readFile(KERNELS)]);
  return {
    ort: await WebAssembly.compile(ortBytes),
    kernels: await WebAssembly.compile(kernelBytes),
  };
}
