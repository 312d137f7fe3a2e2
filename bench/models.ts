/** The packs and baseline graphs that are measured: built once into packs/bench, again when the code that builds them changed. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ProgressReport } from "../src/cli/output/progress.ts";
import { buildPack } from "../src/cli/packs/build.ts";
import { readPackFiles } from "../src/cli/packs/files.ts";
import type { Checkpoint } from "../src/model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../src/model/checkpoint/huggingface/open.ts";
import {
  SYNTHETIC_KINDS,
  syntheticCheckpoint,
} from "../src/model/checkpoint/synthetic/synthetic.ts";
import type { PackManifest } from "../src/model/pack/manifest.ts";
import type { Precision } from "../src/model/pack/precision.ts";
import { type BaselineQuantization, buildBaseline } from "./baseline/baseline.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const CACHE = join(REPOSITORY, "packs/bench");

/** Everything that decides about the bytes of a pack, and of a baseline. */
const PACK_CODE = ["src/model", "src/audio", "src/cli"];
const BASELINE_CODE = [
  "src/model/build",
  "src/model/onnx",
  "src/model/checkpoint",
  "bench/baseline",
];

/** Reports to nobody: what takes no time needs no progress. */
export const SILENT: ProgressReport = { start() {}, advance() {}, done() {} };

/** A pack on disk. */
export interface BuiltPack {
  readonly directory: string;
  readonly manifest: PackManifest;
}

/** The pack of a source, such as `synthetic:base-plus`, in a precision. */
export async function cachedPack(
  source: string,
  precision: Precision,
  report: ProgressReport,
): Promise<BuiltPack> {
  const directory = join(CACHE, `${fileName(source)}-${precision}`);
  const stamp = join(directory, "built-by");
  const fingerprint = await fingerprintOf(source, PACK_CODE);
  if ((await readText(stamp)) !== fingerprint) {
    await rm(directory, { recursive: true, force: true });
    await buildPack({ source, precision, outDir: directory }, report);
    await writeFile(stamp, fingerprint);
  }
  const { manifest } = await readPackFiles(directory, SILENT);
  return { directory, manifest };
}

/**
 * The path of the baseline's `.onnx` file: transformers' own export, if bench/baseline/export.py made it, else a graph that is
 * built here in its form.
 */
export async function cachedBaseline(
  source: string,
  quantization: BaselineQuantization,
): Promise<string> {
  const exported = exportPath(source, quantization);
  if (existsSync(exported)) return exported;
  const path = join(CACHE, `${fileName(source)}-baseline-${quantization}.onnx`);
  const stamp = `${path}.built-by`;
  const fingerprint = await fingerprintOf(source, BASELINE_CODE);
  if ((await readText(stamp)) !== fingerprint) {
    const { bytes } = await buildBaseline(await openCheckpoint(source), { quantization });
    await rm(stamp, { force: true });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    await writeFile(stamp, fingerprint);
  }
  return path;
}

/** Which of both `cachedBaseline` gives. */
export function baselineOrigin(source: string, quantization: BaselineQuantization): string {
  return existsSync(exportPath(source, quantization))
    ? "transformers' export"
    : "the bench's graph";
}

function exportPath(source: string, quantization: BaselineQuantization): string {
  return join(CACHE, `${fileName(source)}-export-${quantization}.onnx`);
}

async function openCheckpoint(source: string): Promise<Checkpoint> {
  const kind = SYNTHETIC_KINDS.find((known) => source === `synthetic:${known}`);
  return kind === undefined ? openHuggingFaceDirectory(source) : syntheticCheckpoint(kind);
}

function fileName(source: string): string {
  return source.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** SHA-256 over the source's name and every line of code below these folders. */
async function fingerprintOf(source: string, folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(source);
  for (const folder of folders) {
    const names = await readdir(join(REPOSITORY, folder), { recursive: true });
    for (const name of names.filter((file) => file.endsWith(".ts")).sort()) {
      hash.update(name).update(await readFile(join(REPOSITORY, folder, name)));
    }
  }
  return hash.digest("hex");
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
