/** The folder beside an output in which rows are kept until all are there, so that a run that was cut short can go on. */
import { createHash, randomUUID } from "node:crypto";
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { floatsOf } from "../../bytes.ts";
import { tensorBytes } from "../../results/stored-bytes.ts";
import type { DatasetClip } from "./clip.ts";
import { readAt } from "./read-at.ts";
import {
  decodeHeader,
  decodeRow,
  encodeRow,
  headerBytes,
  type Row,
  type RowHeader,
} from "./row.ts";

/** The rows of a run. */
export interface Parts {
  readonly directory: string;
  /** The header of a clip's row; `null` if there is none, or the clip has changed since, or the row is not whole. */
  header(clip: DatasetClip): Promise<RowHeader | null>;
  /** Reads a row that is there. */
  read(clip: DatasetClip): Promise<Row>;
  /** Reads one tensor of it. */
  readTensor(clip: DatasetClip, position: number): Promise<Float32Array>;
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
    readTensor: (clip, position) => readTensor(pathOf(clip), position),
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
    return (await readStart(file))?.header ?? null;
  } finally {
    await file.close();
  }
}

/** The header of a row and its bytes; `null` if the row is not whole. */
async function readStart(
  file: FileHandle,
): Promise<{ readonly header: RowHeader; readonly length: number } | null> {
  const { size } = await file.stat();
  const start = await readAt(file, 0, 4);
  const length = size < start.length ? 0 : headerBytes(start);
  if (length === 0 || length > size) return null;
  const header = decodeHeader(await readAt(file, 0, length));
  return length + tensorBytes(header.tensors) === size ? { header, length } : null;
}

async function readTensor(path: string, position: number): Promise<Float32Array> {
  const file = await open(path);
  try {
    const start = await readStart(file);
    const tensor = start?.header.tensors[position];
    if (start === null || tensor === undefined) throw new RangeError(`${path} is not whole`);
    const at = start.length + tensorBytes(start.header.tensors.slice(0, position));
    return floatsOf(await readAt(file, at, tensorBytes([tensor])));
  } finally {
    await file.close();
  }
}

/** Tells a file from itself after a change; a file that is gone has a stamp too. */
async function stampOf({ path, range }: DatasetClip): Promise<string> {
  const found = await stat(path).catch(() => null);
  return JSON.stringify([found?.size, found?.mtimeMs, range?.start, range?.end]);
}
