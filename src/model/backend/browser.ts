/** The backends of a browser: WASM with the kernels that its processor has, and WebGPU where there is one. */
import type { Backend } from "./backend.ts";
import type { FoundDevice } from "./choose.ts";
import { createWasmBackend } from "./wasm.ts";
import { createWebgpuBackend, type OrtFrontEnd } from "./webgpu.ts";
import { findAdapter } from "./webgpu-device.ts";

/** Files that have to be served beside the engine, as `scripts/build-browser.ts` puts them together. */
const ORT = "ort-wasm-simd-threaded.wasm";
const ORT_WEBGPU = "ort.webgpu.bundle.min.mjs";
const KERNELS = ["relaxed-simd.wasm", "simd.wasm"] as const;

/** Creates the WASM backend of a browser or one of its workers; `assets` is the folder of its files. */
export async function createBrowserBackend(assets: URL): Promise<Backend> {
  const [ort, kernels] = await Promise.all([
    WebAssembly.compileStreaming(fetch(new URL(ORT, assets))),
    compileKernels(assets),
  ]);
  return createWasmBackend({ ort, kernels }, Number.POSITIVE_INFINITY);
}

/** A browser's GPU; `null` if it has none. */
export async function findBrowserWebgpu(assets: URL, host: Backend): Promise<FoundDevice | null> {
  const found = await findAdapter(navigator.gpu);
  return (
    found && {
      adapter: found.report,
      async open() {
        const ort = (await import(new URL(ORT_WEBGPU, assets).href)) as OrtFrontEnd;
        return createWebgpuBackend({ ort, device: await found.openDevice(), host });
      },
    }
  );
}

/** The first build that the browser can run: some have no relaxed SIMD. */
async function compileKernels(assets: URL): Promise<WebAssembly.Module> {
  for (const name of KERNELS) {
    const response = await fetch(new URL(name, assets));
    if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
    const bytes = await response.arrayBuffer();
    if (WebAssembly.validate(bytes)) return WebAssembly.compile(bytes);
  }
  throw new Error("this browser's WebAssembly has no SIMD: use a current one");
}
