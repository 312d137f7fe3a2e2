/** The target of `pack install --directory`: the directory that a Node server reads as PACKS. */
import { readFile } from "node:fs/promises";
import { sha256Of } from "../../crypto/digest.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import type { PackBucket } from "./bucket.ts";

/** Opens the directory, which the first write creates. */
export function openPackDirectoryBucket(directory: string): PackBucket {
  const store = filesystemStore(directory);
  return {
    name: directory,
    store,
    configuredDefault: "",
    async holds(key, sha256) {
      const bytes = await store.get(key);
      return bytes !== null && (await sha256Of(bytes)) === sha256;
    },
    write: async (key, path) => store.put(key, await readFile(path)),
    close: async () => {},
  };
}
