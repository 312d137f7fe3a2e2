/** A store in a directory: every key is a file below it. */

import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { bytesOf } from "../bytes.ts";
import { checkKey } from "./keys.ts";
import type { StoredEntry, StoredPieces, WalkableStore } from "./store.ts";

/**
 * Opens the store rooted at `directory`, which the first write creates. A file appears under its key only when it is
 * complete; one key cannot be the folder of another.
 */
export function filesystemStore(directory: string): WalkableStore {
  const pathOf = (key: string) => join(directory, checkKey(key));
  return {
    name: "filesystem",
    async get(key) {
      const file = await ifPresent(readFile(pathOf(key)), null);
      return file && bytesOf(file);
    },
    async put(key, bytes) {
      await writeWhole(join(directory, UNFINISHED), pathOf(key), bytes);
    },
    async getPieces(key) {
      const path = pathOf(key);
      const found = await ifPresent(stat(path), null);
      return found?.isFile() ? readFilePieces(path) : null;
    },
    async putPieces(key, pieces) {
      await writeWhole(join(directory, UNFINISHED), pathOf(key), pieces);
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
    async list(prefix) {
      const keys: string[] = [];
      for await (const key of keysBelow(directory, { prefix, after: "" })) keys.push(key);
      return keys;
    },
    async page(after, limit) {
      const entries: StoredEntry[] = [];
      for await (const key of keysBelow(directory, { prefix: "", after })) {
        if (entries.length === limit) break;
        const file = await ifPresent(stat(join(directory, key)), null);
        if (file !== null) entries.push({ key, writtenAt: file.mtimeMs });
      }
      return entries;
    },
    async removeUnfinished(writtenBefore) {
      const folder = join(directory, UNFINISHED);
      for (const name of await ifPresent(readdir(folder), [])) {
        const file = await ifPresent(stat(join(folder, name)), null);
        if (file !== null && file.mtimeMs < writtenBefore) {
          await rm(join(folder, name), { force: true });
        }
      }
    },
  };
}

async function* readFilePieces(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}

/** The folder of incomplete files. The leading dot makes it no key, so that a list never shows it. */
const UNFINISHED = ".unfinished";

async function writeWhole(
  nursery: string,
  path: string,
  bytes: Uint8Array | StoredPieces,
): Promise<void> {
  const unfinished = join(nursery, randomUUID());
  await mkdir(nursery, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, bytes, { flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Which keys are wanted. */
interface Range {
  readonly prefix: string;
  readonly after: string;
}

/** Keys in ascending order; folders that can hold none of the range are not looked into. */
async function* keysBelow(directory: string, range: Range, folder = ""): AsyncGenerator<string> {
  const entries = await ifPresent(readdir(join(directory, folder), { withFileTypes: true }), []);
  const paths = entries
    .filter((entry) => isKey(entry.name) && (entry.isFile() || entry.isDirectory()))
    .map((entry) => posix.join(folder, entry.name) + (entry.isDirectory() ? "/" : ""));
  // With its slash a folder stands where its keys do.
  for (const path of paths.sort()) {
    if (!path.endsWith("/")) {
      if (path.startsWith(range.prefix) && path > range.after) yield path;
    } else if (mayHold(path, range)) {
      yield* keysBelow(directory, range, path);
    }
  }
}

function mayHold(folder: string, { prefix, after }: Range): boolean {
  const isWanted = folder.startsWith(prefix) || prefix.startsWith(folder);
  return isWanted && (folder > after || after.startsWith(folder));
}

function isKey(name: string): boolean {
  try {
    return checkKey(name) === name;
  } catch {
    return false;
  }
}

async function ifPresent<Value, Missing>(
  reading: Promise<Value>,
  missing: Missing,
): Promise<Value | Missing> {
  try {
    return await reading;
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? "")) return missing;
    throw error;
  }
}

const ABSENT = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);
