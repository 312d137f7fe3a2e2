/** The same features by the command line, in one process. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

const REPOSITORY = join(import.meta.dirname, "../..");

/** What the command line gives. */
export interface Whole {
  /** SHA-256 of the file. */
  readonly digest: string;
  readonly ms: number;
}

/** What is computed by `undertone features`. */
export interface WholeParts {
  readonly recording: string;
  readonly pack: string;
  readonly minutes: number;
  /** Options of the command. */
  readonly args: readonly string[];
}

/** Computes a recording by `undertone features`, as npy, or takes what the file `known` has of it. */
export async function wholeByCommandLine(parts: WholeParts, known?: string): Promise<Whole> {
  const { recording, pack, args } = parts;
  const digests: Record<string, Whole> = JSON.parse(
    await readFile(known ?? "", "utf8").catch(() => "{}"),
  );
  const manifest = createHash("sha256").update(await readFile(join(pack, "manifest.json")));
  const key = [basename(recording), manifest.digest("hex"), ...args].join(" ");
  const whole = digests[key] ?? (await compute(parts));
  if (known !== undefined) await writeFile(known, JSON.stringify({ ...digests, [key]: whole }));
  return whole;
}

async function compute({ recording, pack, minutes, args }: WholeParts): Promise<Whole> {
  const out = `${recording}.npy`;
  const limit = ["--max-clip-seconds", String(minutes * 60 + 1)];
  const beganMs = performance.now();
  await undertone("features", recording, "--pack", pack, ...args, ...limit, "--out", out);
  const ms = performance.now() - beganMs;
  const hash = createHash("sha256");
  await pipeline(createReadStream(out), hash);
  return { digest: hash.digest("hex"), ms };
}

/** Installs a pack into a directory of packs. */
export async function installPack(pack: string, packs: string): Promise<void> {
  await undertone("pack", "install", pack, "--directory", packs);
}

async function undertone(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ["src/cli/undertone.ts", ...args], {
    cwd: REPOSITORY,
  });
}
