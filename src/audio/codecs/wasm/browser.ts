/** The codecs' WASM in a browser: fetched and compiled when a codec is first needed. */
import { UndertoneError } from "../../../errors.ts";
import { unlessEmpty } from "./empty-module.ts";
import type { CodecModules, CodecName } from "./modules.ts";

/**
 * The modules in the folder `codecs/` of `assets`; each is fetched once, however many ask for it at the same time.
 * @throws UndertoneError `internal` from `module` if it cannot be fetched.
 */
export function browserCodecs(assets: URL): CodecModules {
  const modules = new Map<CodecName, Promise<WebAssembly.Module | null>>();
  return {
    module(name) {
      const known = modules.get(name);
      if (known !== undefined) return known;
      const loading = load(new URL(`codecs/${name}.wasm`, assets));
      modules.set(name, loading);
      loading.catch(() => modules.delete(name));
      return loading;
    },
  };
}

async function load(url: URL): Promise<WebAssembly.Module | null> {
  const module = await WebAssembly.compileStreaming(fetch(url)).catch((cause) => {
    throw new UndertoneError(
      "internal",
      `The codec at ${url} cannot be loaded: serve all of build/browser beside the engine.`,
      {},
      { cause },
    );
  });
  return unlessEmpty(module);
}
