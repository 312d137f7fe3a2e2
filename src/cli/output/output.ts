/** Writing the results of clips where a plan says. */
import { type FileHandle, mkdir, open, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UndertoneError } from "../../errors.ts";
import type { ClipProgress } from "../clips/progress.ts";
import type { OutputPlan } from "./plan.ts";

/** Receives the results of clips in turn. */
export interface Output {
  /** True if results go to standard output, which then holds nothing else. */
  readonly isStandard: boolean;
  /** Writes what was made of a clip; gives the file it went to, `null` for standard output. */
  write(clip: string, parts: Iterable<Uint8Array | string>): Promise<string | null>;
  close(): Promise<void>;
}

/**
 * Makes the directories that a plan needs; files are opened when there is something to write.
 * @param print writes to standard output
 * @throws UndertoneError `invalid-option` for a directory that cannot be made; from `write`, the system's errors.
 */
export async function openOutput(
  { target }: OutputPlan,
  print: ClipProgress["print"],
): Promise<Output> {
  switch (target.kind) {
    case "stdout":
      return standardOutput(print);
    case "file":
      await makeDirectory(dirname(target.path));
      return fileOutput(target.path);
    case "files": {
      const directories = new Set([...target.paths.values()].map((path) => dirname(path)));
      for (const directory of directories) await makeDirectory(directory);
      return filesOutput(target.paths);
    }
  }
}

function standardOutput(print: ClipProgress["print"]): Output {
  return {
    isStandard: true,
    async write(_clip, parts) {
      print(parts);
      return null;
    },
    close: async () => {},
  };
}

function fileOutput(path: string): Output {
  let file: FileHandle | undefined;
  return {
    isStandard: false,
    async write(_clip, parts) {
      file ??= await open(path, "w");
      for (const part of parts) await file.writeFile(part);
      return path;
    },
    close: async () => await file?.close(),
  };
}

function filesOutput(paths: ReadonlyMap<string, string>): Output {
  return {
    isStandard: false,
    async write(clip, parts) {
      const path = paths.get(clip) as string;
      await writeFile(path, parts);
      return path;
    },
    close: async () => {},
  };
}

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new UndertoneError(
      "invalid-option",
      `The directory ${path} cannot be made (${cause.code}): name another with --out.`,
      { option: "out" },
      { cause },
    );
  });
}
