/** A store that lives as long as the process: for tests and for packs built on the fly. */
import { joinBytes } from "../bytes.ts";
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
    async getPieces(key) {
      const entry = entries.get(checkKey(key));
      return entry === undefined ? null : piecesOf(entry.bytes);
    },
    async putPieces(key, pieces) {
      checkKey(key);
      const bytes = joinBytes(await Array.fromAsync(pieces, (piece) => piece.slice()));
      entries.set(key, { bytes, writtenAt: now() });
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

const PIECE_BYTES = 65_536;

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.slice(at, at + PIECE_BYTES);
}
