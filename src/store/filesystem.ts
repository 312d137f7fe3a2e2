/** A store in a directory: every key is a file below it. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { checkKey } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Opens the store rooted at `directory`, which the first write creates. A file appears under its key only when it is
 * complete; one key cannot be the folder of another.
 */
export function filesystemStore(directory: string): Store {
  const pathOf = (key: string) => join(directory, checkKey(key));
  return {
    name: "filesystem",
    async get(key) {
      const file = await ifPresent(readFile(pathOf(key)), null);
      return file && new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
    },
    async put(key, bytes) {
      await writeWhole(pathOf(key), bytes);
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
    async list(prefix) {
      const keys = await keysBelow(directory);
      return keys.filter((key) => key.startsWith(prefix)).sort();
    },
  };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  // The leading dot makes it no key, so that a list never shows it.
  const unfinished = join(folder, `.${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(unfinished, bytes, { flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function keysBelow(directory: string): Promise<string[]> {
  const entries = await ifPresent(readdir(directory, { recursive: true, withFileTypes: true }), []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter(isKey);
}

function isKey(path: string): boolean {
  try {
    return checkKey(path) === path;
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
