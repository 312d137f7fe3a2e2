/** A store that lives as long as the process: for tests and for packs built on the fly. */
import { checkKey } from "./keys.ts";
import type { WalkableStore } from "./store.ts";

/** Makes an empty store in memory; bytes are copied in and out. `now` gives milliseconds since 1970. */
export function memoryStore(now: () => number = Date.now): WalkableStore {
  const entries = new Map<string, { bytes: Uint8Array<ArrayBuffer>; writtenAt: number }>();
  return {
    name: "memory",
    async get(key) {
      return entries.get(checkKey(key))?.bytes.slice() ?? null;
    },
    async put(key, bytes) {
      entries.set(checkKey(key), { bytes: new Uint8Array(bytes), writtenAt: now() });
    },
    async delete(key) {
      entries.delete(checkKey(key));
    },
    async list(prefix) {
      return [...entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    async page(after, limit) {
      const all = [...entries].map(([key, { writtenAt }]) => ({ key, writtenAt }));
      const later = all.filter(({ key }) => key > after);
      return later.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
    },
  };
}
