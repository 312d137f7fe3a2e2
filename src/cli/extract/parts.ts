/** The folder beside an output in which rows are kept until all are there, so that a run that was cut short can go on. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DatasetClip } from "./clip.ts";
import {
  decodeHeader,
  decodeRow,
  encodeRow,
  headerBytes,
  type Row,
  type RowHeader,
  valueBytesOf,
} from "./row.ts";

/** The rows of a run. */
export interface Parts {
  readonly directory: string;
  /** The header of a clip's row; `null` if there is none, or the clip has changed since, or the row is not whole. */
  header(clip: DatasetClip): Promise<RowHeader | null>;
  /** Reads a row that is there. */
  read(clip: DatasetClip): Promise<Row>;
  /** Keeps a row; it is there whole or not at all. */
  put(clip: DatasetClip, row: Row): Promise<void>;
  remove(): Promise<void>;
}

/** What the rows in `directory` were computed with; `null` without such a folder. */
export async function readPlan(directory: string): Promise<string | null> {
  return await readFile(planPath(directory), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

/** Opens the folder; without a plan in it, it is made anew. */
export async function openParts(directory: string, plan: string): Promise<Parts> {
  if ((await readPlan(directory)) === null) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await writeFile(`${planPath(directory)}.new`, plan);
    await rename(`${planPath(directory)}.new`, planPath(directory));
  }
  const pathOf = ({ name }: DatasetClip) => {
    const digest = createHash("sha256").update(name).digest("hex");
    return join(directory, digest.slice(0, 2), digest);
  };
  return {
    directory,
    async header(clip) {
      const header = await readHeader(pathOf(clip));
      return header !== null && header.stamp === (await stampOf(clip)) ? header : null;
    },
    read: async (clip) => decodeRow(await readFile(pathOf(clip))),
    async put(clip, row) {
      const path = pathOf(clip);
      await mkdir(dirname(path), { recursive: true });
      const unfinished = `${path}.${randomUUID()}`;
      try {
        await writeFile(unfinished, encodeRow(row, await stampOf(clip)));
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function planPath(directory: string): string {
  return join(directory, "plan.json");
}

async function readHeader(path: string): Promise<RowHeader | null> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const start = new Uint8Array(4);
    await file.read(start, 0, start.length, 0);
    const length = size < start.length ? 0 : headerBytes(start);
    if (length === 0 || length > size) return null;
    const bytes = new Uint8Array(length);
    await file.read(bytes, 0, length, 0);
    const header = decodeHeader(bytes);
    return length + valueBytesOf(header) === size ? header : null;
  } finally {
    await file.close();
  }
}

/** Tells a file from itself after a change; a file that is gone has a stamp too. */
async function stampOf({ path, range }: DatasetClip): Promise<string> {
  const found = await stat(path).catch(() => null);
  return JSON.stringify([found?.size, found?.mtimeMs, range?.start, range?.end]);
}
