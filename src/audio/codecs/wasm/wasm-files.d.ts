/** A .wasm file imported as a module, as workerd's bundler gives it. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
