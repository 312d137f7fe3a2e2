/** A store that lives as long as the process: for tests and for packs built on the fly. */
import { checkKey } from "./keys.ts";
import type { Store } from "./store.ts";

/** Makes an empty store in memory; bytes are copied in and out. */
export function memoryStore(): Store {
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    name: "memory",
    async get(key) {
      return entries.get(checkKey(key))?.slice() ?? null;
    },
    async put(key, bytes) {
      entries.set(checkKey(key), new Uint8Array(bytes));
    },
    async delete(key) {
      entries.delete(checkKey(key));
    },
    async list(prefix) {
      return [...entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
}
