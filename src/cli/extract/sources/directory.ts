/** The clips of a folder. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Dataset } from "../clip.ts";
import { isClipName } from "./endings.ts";

/** Lists files that are clips by their endings, in folders below too, by their paths in the order of their code units. */
export async function listDirectory(directory: string): Promise<Dataset> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (isHidden(relative(directory, path))) continue;
    if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) files.push(path);
  }
  const named = files.filter(isClipName).map((path) => ({
    name: relative(directory, path).split(sep).join("/"),
    path,
    values: [],
  }));
  const clips = named.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { clips, columns: [], skipped: files.length - clips.length };
}

function isHidden(path: string): boolean {
  return path.split(sep).some((name) => name.startsWith("."));
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
