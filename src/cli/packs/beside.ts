/** Packs in the directories beside a pack's own. */
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readManifest } from "../../model/pack/registry.ts";
import { filesystemStore } from "../../store/filesystem.ts";

/**
 * The directory of the pack `id` beside that of another; null if there is none.
 * @throws UndertoneError `pack-damaged` or `pack-unsupported` for a bad manifest of a directory called like the pack.
 */
export async function directoryBeside(directory: string, id: string): Promise<string | null> {
  const folder = dirname(resolve(directory));
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isFile()).map(({ name }) => name);
  const inOrder = names.sort((a, b) => Number(b === id) - Number(a === id));
  for (const name of inOrder) {
    const path = join(folder, name);
    if ((await idOf(path, name === id)) === id) return path;
  }
  return null;
}

/** The id of the pack in a directory; null if there is none. */
async function idOf(directory: string, isWanted: boolean): Promise<string | null> {
  try {
    const bytes = await filesystemStore(directory).get("manifest.json");
    return bytes === null ? null : (await readManifest(bytes)).manifest.id;
  } catch (error) {
    if (isWanted) throw error;
    return null;
  }
}
