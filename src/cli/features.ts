/** `undertone features`: clips → files of features, by the engine in this process. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { ClipLimits } from "../audio/clip.ts";
import { UndertoneError } from "../errors.ts";
import { type Features, featurize } from "../featurize.ts";
import { DTYPES, ENCODINGS, encodeFeatures, FORMATS, type Format } from "../http/formats/format.ts";
import { ACCEPTED_LAYERS } from "../http/layers-option.ts";
import { type RequestOptions, requireEncodable, resolveOptions } from "../http/options.ts";
import { createNodeBackend } from "../model/backend/node.ts";
import type { Engine } from "../model/engine.ts";
import { POOLS } from "../model/pooling.ts";
import { engineOf, readManifest } from "../model/registry.ts";
import { filesystemStore } from "../store/filesystem.ts";

/** Attention's memory grows with the square of a clip's length; this much fits into WASM's 4 GB with room to spare. */
const DEFAULT_MAX_CLIP_SECONDS = 120;

interface FeaturesFlags {
  readonly pack: string;
  readonly out: string;
  readonly maxClipSeconds: number;
  readonly layers?: string;
  readonly pool?: string;
  readonly format?: string;
  readonly encoding?: string;
  readonly dtype?: string;
}

/** Adds the command `features <file…> --pack <dir>`, with the options of `POST /v1/features`. */
export function registerFeatures(program: Command): void {
  program
    .command("features")
    .description("compute features of clips and write them to files")
    .argument("<file...>", "clips")
    .requiredOption("--pack <dir>", "the directory that 'pack build' wrote")
    .option("--out <dir>", "where to write <clip>.<format>", ".")
    .option("--layers <layers>", `${ACCEPTED_LAYERS} (default: last)`)
    .option("--pool <pool>", `${POOLS.join(", ")} (default: none)`)
    .option("--format <format>", `${FORMATS.join(", ")} (default: json)`)
    .option("--encoding <encoding>", `of numbers in JSON: ${ENCODINGS.join(", ")} (default: float)`)
    .option("--dtype <dtype>", `${DTYPES.join(", ")} (default: f32)`)
    .option("--max-clip-seconds <s>", "the longest clip", parseSeconds, DEFAULT_MAX_CLIP_SECONDS)
    .action(runFeatures);
}

async function runFeatures(files: readonly string[], flags: FeaturesFlags): Promise<void> {
  const options = optionsOf(flags);
  const format = options.format ?? "json";
  const outputs = outputPaths(files, flags.out, format);
  const engine = await openPackDirectory(flags.pack);
  requireEncodable(options, format, engine.manifest.architecture.layerCount);
  await mkdir(flags.out, { recursive: true });
  for (const [path, file] of outputs) {
    const features = await featurizeFile(file, engine, options, flags);
    const parts = encodeFeatures(features, {
      format,
      encoding: options.encoding ?? "float",
      dtype: options.dtype,
      pool: options.pool,
    });
    await writeFile(path, parts);
    const weights = features.model.weights === "synthetic" ? ", synthetic weights" : "";
    console.log(`${path}: ${features.frames} frames by ${features.model.id}${weights}`);
  }
}

function optionsOf(flags: FeaturesFlags): RequestOptions {
  const { layers, pool, format, encoding, dtype } = flags;
  const given = Object.entries({ layers, pool, format, encoding, dtype });
  const fields = given.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value]] as const],
  );
  return resolveOptions({}, new Map(fields));
}

/**
 * Opens the engine of the pack in `directory`.
 * @throws UndertoneError `no-pack-installed` if there is none, `pack-damaged` or `pack-unsupported` for a bad manifest.
 */
export async function openPackDirectory(directory: string): Promise<Engine> {
  const storage = filesystemStore(directory);
  const bytes = await storage.get("manifest.json");
  if (bytes === null) {
    throw new UndertoneError(
      "no-pack-installed",
      `There is no pack in ${directory}: build one with 'undertone pack build <source> --out ${directory}'.`,
    );
  }
  const reportDamage = (key: string, reason: string) =>
    console.error(`${key} ${reason}, reading it again`);
  return engineOf(await readManifest(bytes), storage, await createNodeBackend(), reportDamage);
}

/**
 * The clip behind each file that will be written.
 * @throws UndertoneError `invalid-option` if two clips would be written to one file.
 */
function outputPaths(files: readonly string[], out: string, format: Format): Map<string, string> {
  const clips = new Map<string, string>();
  for (const file of files) {
    const path = join(out, `${basename(file, extname(file))}.${format}`);
    if (clips.has(path)) {
      throw new UndertoneError(
        "invalid-option",
        `${clips.get(path)} and ${file} would both be written to ${path}; compute them one after the other, each with an --out of its own.`,
      );
    }
    clips.set(path, file);
  }
  return clips;
}

/** Featurizes one file; its faults are told with its name, for there may be many files. */
async function featurizeFile(
  file: string,
  engine: Engine,
  options: RequestOptions,
  limits: ClipLimits,
): Promise<Features> {
  const clip = await readClip(file);
  try {
    return await featurize(clip, engine, options, limits);
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    throw new UndertoneError(cause.slug, `${file}: ${cause.message}`, cause.extensions, { cause });
  }
}

async function readClip(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UndertoneError(
      "not-found",
      `${path} cannot be read: ${(cause as Error).message}.`,
      {},
      { cause },
    );
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError("It has to be a positive number of seconds.");
}
