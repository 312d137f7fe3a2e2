/** A codec that a build leaves out: its file is there, so that everything that imports it still bundles, and exports nothing. */

/** The module, or null if it stands for a codec that is left out. */
export function unlessEmpty(module: WebAssembly.Module): WebAssembly.Module | null {
  return WebAssembly.Module.exports(module).length === 0 ? null : module;
}
