/** A .wasm file imported as a module, as workerd's bundler gives it. */
declare module "onnxruntime-web/ort-wasm-simd-threaded.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
