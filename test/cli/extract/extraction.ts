/** A folder with a tiny pack and clips, and the command on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { chirp } from "../../support/http/service.ts";

/** The command as a script. */
export const COMMAND = join(import.meta.dirname, "../../../src/cli/undertone.ts");

/** A folder for a test's datasets and outputs. */
export interface Workplace {
  readonly directory: string;
  /** Runs `undertone extract …args` with the pack. */
  extract(...args: string[]): ReturnType<typeof runUndertone>;
  /** Starts the same. */
  start(...args: string[]): ChildProcess;
  /** Writes clips of different lengths, by their paths. */
  write(...paths: string[]): Promise<void>;
  remove(): Promise<void>;
}

/** Makes the folder and builds the pack. */
export async function makeWorkplace(): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-extract-"));
  const pack = join(directory, "pack");
  const golden = goldenDirectory("tiny-group");
  await runUndertone(["pack", "build", golden, "--precision", "fp32", "--out", pack]);
  const args = (more: readonly string[]) => ["extract", "--pack", "pack", ...more];
  return {
    directory,
    extract: (...more) => runUndertone(args(more), directory),
    start: (...more) =>
      spawn(process.execPath, [COMMAND, ...args(more)], { cwd: directory, stdio: "ignore" }),
    async write(...paths) {
      for (const [index, path] of paths.entries()) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), chirp(800 + 320 * (index % 7)));
      }
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The number of rows that a run has kept so far. */
export async function keptRows(parts: string): Promise<number> {
  const files = await readdir(parts, { recursive: true }).catch(() => []);
  return files.filter((file) => /^..\/[0-9a-f]{64}$/.test(file)).length;
}
