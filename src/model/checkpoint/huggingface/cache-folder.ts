/** The folders in which the hub's tools cache models: `models--organisation--name/snapshots/<commit>`. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { UndertoneError } from "../../../errors.ts";

const CACHE_FOLDER = /^models--(.+?)--(.+)$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** A commit of a model in the cache. */
export interface CachedSnapshot {
  /** `organisation/name`. */
  readonly id: string;
  readonly commit: string;
}

/** The model and revision that the directory at `path` is a snapshot of; null if it is none. */
export function snapshotAt(path: string): CachedSnapshot | null {
  const [folder = "", snapshots, commit = ""] = resolve(path).split(/[\\/]/).slice(-3);
  const [, organisation, name] = CACHE_FOLDER.exec(folder) ?? [];
  if (name === undefined || snapshots !== "snapshots" || !COMMIT.test(commit)) return null;
  return { id: `${organisation}/${name}`, commit };
}

/**
 * The directory of the checkpoint at `path`: in a cached model's folder the last snapshot of its `main`, or the only snapshot;
 * otherwise `path` itself.
 * @throws UndertoneError `checkpoint-invalid` if the folder has several snapshots, or none, and nothing says which is `main`.
 */
export async function followCacheFolder(path: string): Promise<string> {
  const name = basename(resolve(path));
  const entries = CACHE_FOLDER.test(name) ? await readdir(path).catch(() => []) : [];
  if (!entries.includes("snapshots")) return path;
  const snapshots = await readdir(join(path, "snapshots"));
  const main = (await readFile(join(path, "refs/main"), "utf8").catch(() => "")).trim();
  if (snapshots.includes(main)) return join(path, "snapshots", main);
  if (main === "" && snapshots[0] !== undefined && snapshots.length === 1) {
    return join(path, "snapshots", snapshots[0]);
  }
  throw new UndertoneError(
    "checkpoint-invalid",
    `${name} is a cached model whose main ${main === "" ? "is not known" : `(${main}) is not cached`}: ${
      snapshots.length === 0
        ? "it has no snapshots; fetch the model again"
        : `name one of its snapshots, ${snapshots.slice(0, 8).join(", ")}`
    }.`,
  );
}
