/** The codecs' WASM in Node: read from build/codecs and compiled when a codec is first needed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import { unlessEmpty } from "./empty-module.ts";
import type { CodecModules, CodecName } from "./modules.ts";

const BUILT = join(import.meta.dirname, "../../../../build/codecs");

/**
 * The modules under a directory; each is compiled once, however many ask for it at the same time.
 * @throws UndertoneError `internal` from `module` if the codecs were never built.
 */
export function nodeCodecs(directory = BUILT): CodecModules {
  const modules = new Map<CodecName, Promise<WebAssembly.Module | null>>();
  return {
    module(name) {
      const known = modules.get(name);
      if (known !== undefined) return known;
      const loading = load(directory, name);
      modules.set(name, loading);
      loading.catch(() => modules.delete(name));
      return loading;
    },
  };
}

async function load(directory: string, name: CodecName): Promise<WebAssembly.Module | null> {
  const bytes = await readFile(join(directory, `${name}.wasm`)).catch((cause) => {
    throw new UndertoneError(
      "internal",
      `The codec ${name} has not been built: run node scripts/bootstrap.mjs, which makes build/codecs.`,
      {},
      { cause },
    );
  });
  return unlessEmpty(await WebAssembly.compile(bytes));
}
