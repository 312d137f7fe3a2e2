/** The backends of a browser: WASM on all threads that the page may start, and WebGPU where there is one. */
import type { Backend } from "../backend.ts";
import type { FoundGpu } from "../choice.ts";
import type { OrtFrontEnd } from "../ort-front-end.ts";
import { withUnsharedMemory } from "../wasm/unshared-memory.ts";
import { createWasmBackend } from "../wasm/wasm.ts";
import { findAdapter } from "../webgpu/device.ts";
import { createWebgpuBackend } from "../webgpu/webgpu.ts";
import { startBrowserKernelThread } from "./threads.ts";

/** Files that have to be served beside the engine, as `scripts/build-browser.ts` puts them together. */
const ORT = "ort-wasm-simd-threaded.wasm";
const ORT_WEBGPU = "ort.webgpu.bundle.min.mjs";
const ORT_WEBGPU_WASM = "ort-wasm-simd-threaded.asyncify.wasm.gz";
const KERNELS = ["relaxed-simd.wasm", "simd.wasm"] as const;

/** More wait for each other's memory than they gain. */
const MOST_THREADS = 8;

/** onnxruntime-web's front end and where it is told of its WASM. */
type OrtModule = OrtFrontEnd & Pick<typeof import("onnxruntime-common"), "env">;

/**
 * Creates the WASM backend of a browser's worker, with threads where pages may share memory between them (cross-origin
 * isolation); `assets` is the folder of its files.
 */
export async function createBrowserBackend(assets: URL): Promise<Backend> {
  const threads = globalThis.crossOriginIsolated
    ? Math.min(navigator.hardwareConcurrency, MOST_THREADS)
    : 1;
  const isShared = threads > 1;
  const [ort, kernels] = await Promise.all([
    fetchFile(ORT, assets).then(isShared ? WebAssembly.compileStreaming : compileUnshared),
    compileKernels(assets, isShared),
  ]);
  const startThread = startBrowserKernelThread(assets);
  return createWasmBackend(
    { ort, kernels, isShared },
    { maxHeapBytes: Number.POSITIVE_INFINITY, threads, startThread },
  );
}

/** A browser's GPU; `null` if it has none. */
export async function findBrowserWebgpu(assets: URL, host: Backend): Promise<FoundGpu | null> {
  const found = await findAdapter(navigator.gpu);
  return (
    found && {
      adapter: found.report,
      async open() {
        const [ort, wasm] = await Promise.all([
          import(new URL(ORT_WEBGPU, assets).href) as Promise<OrtModule>,
          fetchCompressed(ORT_WEBGPU_WASM, assets),
        ]);
        ort.env.wasm.wasmBinary ??= wasm;
        return createWebgpuBackend({ ort, device: await found.openDevice(), host });
      },
    }
  );
}

/** The first build that the browser can run: some have no relaxed SIMD. */
async function compileKernels(assets: URL, isShared: boolean): Promise<WebAssembly.Module> {
  for (const name of KERNELS) {
    const bytes = new Uint8Array(await (await fetchFile(name, assets)).arrayBuffer());
    if (!WebAssembly.validate(bytes)) continue;
    return WebAssembly.compile(isShared ? bytes : withUnsharedMemory(bytes));
  }
  throw new Error("this browser's WebAssembly has no SIMD: use a current one");
}

async function compileUnshared(file: Response): Promise<WebAssembly.Module> {
  return WebAssembly.compile(withUnsharedMemory(new Uint8Array(await file.arrayBuffer())));
}

/** Compressed, it is below the 25 MiB that Workers serve of one file. */
async function fetchCompressed(name: string, assets: URL): Promise<ArrayBuffer> {
  const { body } = await fetchFile(name, assets);
  if (body === null) throw new Error(`${name} is empty`);
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function fetchFile(name: string, assets: URL): Promise<Response> {
  const response = await fetch(new URL(name, assets));
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
  return response;
}
