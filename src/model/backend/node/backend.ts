/** The WASM backend in Node: its modules read from the installed package and from build/, its threads worker threads. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { once } from "../../../once.ts";
import type { Backend } from "../backend.ts";
import type { WasmModules } from "../wasm/instance.ts";
import { createWasmBackend } from "../wasm/wasm.ts";
import { startNodeKernelThread } from "./threads.ts";

/** Node 20 has no relaxed SIMD. */
const KERNELS = ["relaxed-simd.wasm", "simd.wasm"];
const BUILD = new URL("../../../../build/", import.meta.url);

/** Creates a backend with a heap of its own, and threads that live until it is closed. */
export async function createNodeBackend({
  maxHeapBytes = Number.POSITIVE_INFINITY,
  threads = 1,
}: {
  readonly maxHeapBytes?: number;
  readonly threads?: number;
} = {}): Promise<Backend> {
  const limits = { maxHeapBytes, threads, startThread: startNodeKernelThread };
  const modules = await (threads === 1 ? unsharedModules() : sharedModules());
  return createWasmBackend(modules, limits);
}

/** onnxruntime's 14 MB module and the kernels for several threads, compiled once per process. */
export const sharedModules = once(async (): Promise<WasmModules> => {
  const ort = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  return { ...(await compiled(ort, new URL("kernels/", BUILD))), isShared: true };
});

/** The same for one thread. */
const unsharedModules = once(async (): Promise<WasmModules> => {
  const ort = new URL("unshared/onnxruntime.wasm", BUILD);
  return { ...(await compiled(ort, new URL("unshared/", BUILD))), isShared: false };
});

async function compiled(ort: string | URL, kernelsFolder: URL) {
  const builds = KERNELS.map((name) => readFile(new URL(name, kernelsFolder)));
  const [ortBytes, ...kernels] = await Promise.all([readFile(ort), ...builds]);
  const runnable = kernels.find((bytes) => WebAssembly.validate(bytes)) ?? kernels[0];
  return {
    ort: await WebAssembly.compile(ortBytes),
    kernels: await WebAssembly.compile(runnable as typeof ortBytes),
  };
}
