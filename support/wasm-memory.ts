/** Memory held by WASM instances, counted at instantiation; for tests and benches in any runtime. */

/** Memory held by instances since counting began. */
export interface WasmMemory {
  /** Bytes of the instances that have not been collected yet. */
  heldBytes(): number;
  /** Bytes of the instances made since the last call, which may have been dropped since. */
  takeMadeBytes(): number;
}

/** Watches all instances that `WebAssembly.instantiate` makes of modules from now on. */
export function watchWasmMemory(): WasmMemory {
  const held = new Set<WeakRef<WebAssembly.Memory>>();
  let made: WebAssembly.Memory[] = [];
  const instantiate = WebAssembly.instantiate as (
    module: WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => Promise<WebAssembly.Instance>;
  WebAssembly.instantiate = (async (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const instance = await instantiate(module, imports);
    for (const value of Object.values(instance.exports)) {
      if (!(value instanceof WebAssembly.Memory)) continue;
      held.add(new WeakRef(value));
      made.push(value);
    }
    return instance;
  }) as typeof WebAssembly.instantiate;
  return {
    heldBytes() {
      let bytes = 0;
      for (const reference of held) {
        const memory = reference.deref();
        if (memory === undefined) held.delete(reference);
        else bytes += memory.buffer.byteLength;
      }
      return bytes;
    },
    takeMadeBytes() {
      const bytes = made.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      made = [];
      return bytes;
    },
  };
}
