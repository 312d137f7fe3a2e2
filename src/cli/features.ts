/** `undertone features`: clips → files of features, by the engine in this process. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { ACCEPTED_CHANNELS } from "../audio/channel.ts";
import { nodeCodecs } from "../audio/codecs/modules-node.ts";
import { UndertoneError } from "../errors.ts";
import { type Features, featurize } from "../featurize.ts";
import { DTYPES, ENCODINGS, encodeFeatures, FORMATS, type Format } from "../http/formats/format.ts";
import { ACCEPTED_LAYERS } from "../http/layers-option.ts";
import { type RequestOptions, requireEncodable, resolveOptions } from "../http/options.ts";
import { createNodeBackend } from "../model/backend/node.ts";
import { blobReader } from "../model/blobs.ts";
import { computationQueue } from "../model/computation-queue.ts";
import { createEngine, type Engine, type EngineLimits } from "../model/engine.ts";
import { POOLS } from "../model/pooling.ts";
import { readManifest } from "../model/registry.ts";
import { availableCores } from "../platform/node-cores.ts";
import { filesystemStore } from "../store/filesystem.ts";
import { withClipFile } from "./clip-file.ts";

/** Long clips are computed in windows; this bounds only the samples and features of one clip. */
const DEFAULT_MAX_CLIP_SECONDS = 600;

/** A process of one's own has room for everything, and computes one clip after the other. */
const LIMITS: EngineLimits = { memoryBudgetBytes: 4e9, maxQueue: 0, windowSeconds: 60 };

interface FeaturesFlags {
  readonly pack: string;
  readonly out: string;
  readonly maxClipSeconds: number;
  readonly channel?: string;
  readonly start?: string;
  readonly end?: string;
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
    .option("--channel <channel>", `${ACCEPTED_CHANNELS} (default: mix)`)
    .option("--start <s>", "where the part begins that is used, in seconds")
    .option("--end <s>", "where it ends, in seconds")
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
  const { maxClipSeconds } = flags;
  const reading = {
    limits: { maxClipSeconds, maxDecodedSeconds: Infinity },
    codecs: nodeCodecs(),
  };
  const engine = await openPackDirectory(flags.pack, availableCores());
  requireEncodable(options, format, engine.manifest.architecture.layerCount);
  await mkdir(flags.out, { recursive: true });
  for (const [path, file] of outputs) {
    const features = await withClipFile(file, (clip) => featurize(clip, engine, options, reading));
    const parts = encodeFeatures(features, {
      format,
      encoding: options.encoding ?? "float",
      dtype: options.dtype,
      pool: options.pool,
    });
    await writeFile(path, parts);
    console.log(`${path}: ${summaryOf(features)}`);
  }
}

function summaryOf({ frames, windows, model }: Features): string {
  const parts = [`${frames} frames by ${model.id}`];
  if (windows > 1) parts.push(`${windows} windows`);
  if (model.weights === "synthetic") parts.push("synthetic weights");
  return parts.join(", ");
}

function optionsOf(flags: FeaturesFlags): RequestOptions {
  const { channel, start, end, layers, pool, format, encoding, dtype } = flags;
  const given = Object.entries({ channel, start, end, layers, pool, format, encoding, dtype });
  const fields = given.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value]] as const],
  );
  return resolveOptions({}, new Map(fields));
}

/**
 * Opens the engine of the pack in `directory`, to compute with so many threads.
 * @throws UndertoneError `no-pack-installed` if there is none, `pack-damaged` or `pack-unsupported` for a bad manifest.
 */
export async function openPackDirectory(directory: string, threads = 1): Promise<Engine> {
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
  return createEngine({
    ...(await readManifest(bytes)),
    backend: await createNodeBackend({ threads }),
    readBlob: blobReader(storage, reportDamage),
    queue: computationQueue(LIMITS.maxQueue),
    limits: LIMITS,
  });
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

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError("It has to be a positive number of seconds.");
}
