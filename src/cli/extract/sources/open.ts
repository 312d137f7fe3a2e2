/** Lists the clips of whatever the command line names. */
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import type { Dataset } from "../clip.ts";
import { listDirectory } from "./directory.ts";
import { listCsv } from "./list.ts";
import { listTar } from "./tar.ts";

/**
 * Lists the clips of a folder, a `.csv` or a `.tar`; no clip is read.
 * @throws UndertoneError `not-found`; `invalid-option` for a list or an archive that cannot be used, clips of the same name, or no clip at all.
 */
export async function openDataset(path: string): Promise<Dataset> {
  const dataset = await listAny(path);
  if (dataset.clips.length === 0) throw unusable(`${path} has no clips.`);
  const names = new Set<string>();
  for (const { name } of dataset.clips) {
    if (names.has(name)) throw unusable(`${path} names ${name} twice: name each clip once.`);
    names.add(name);
  }
  return dataset;
}

async function listAny(path: string): Promise<Dataset> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const message = `${path} cannot be read (${cause.code}): name a folder, a .csv or a .tar.`;
    throw new UndertoneError("not-found", message, {}, { cause });
  });
  if (found.isDirectory()) return listDirectory(path);
  const ending = extname(path).toLowerCase();
  if (ending === ".csv") return listCsv(path);
  if (ending === ".tar") return listTar(path, found.size);
  const advice = /\.(tgz|gz|bz2|xz|zst)$/.test(ending) ? " Unpack it first." : "";
  throw unusable(`${path} is no folder, no .csv and no .tar.${advice}`);
}

function unusable(message: string): UndertoneError {
  return new UndertoneError("invalid-option", message, { option: "dataset" });
}
