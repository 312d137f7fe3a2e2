/** The files of onnxruntime-web that have no types of their own. */

/** A .wasm file imported as a module, as workerd's bundler gives it. */
declare module "onnxruntime-web/ort-wasm-simd-threaded.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** The emscripten glue: makes one instance with each call. */
declare module "onnxruntime-web/ort-wasm-simd-threaded.mjs" {
  import type { OrtExports } from "./module.ts";

  export default function createGlue(options: {
    numThreads: number;
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): object;
  }): Promise<OrtExports>;
}

declare module "*/unshared/onnxruntime.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*/relaxed-simd.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
