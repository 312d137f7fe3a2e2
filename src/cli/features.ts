/** `undertone features`: clips → files of features, by the engine in this process. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Command } from "commander";
import { nodeCodecs } from "../audio/codecs/modules-node.ts";
import { UndertoneError } from "../errors.ts";
import type { Features } from "../features.ts";
import { featurize } from "../featurize.ts";
import { encodeFeatures, type Format } from "../http/formats/format.ts";
import { FeatureOptionsSchema } from "../http/option-schema.ts";
import { requireEncodable, resolveOptions } from "../http/options.ts";
import { availableCores } from "../platform/node-cores.ts";
import { withClipFile } from "./clip-file.ts";
import { addPackOptions, openPackDirectory, type PackFlags } from "./open-pack.ts";
import { addOptionsOf, givenOptions } from "./schema-options.ts";

interface FeaturesFlags extends PackFlags {
  readonly out: string;
}

/** Adds the command `features <file…> --pack <dir>`, with the options of `POST /v1/features`. */
export function registerFeatures(program: Command): void {
  const command = program
    .command("features")
    .description("compute features of clips and write them to files")
    .argument("<file...>", "clips")
    .option("--out <dir>", "where to write <clip>.<format>", ".");
  addOptionsOf(addPackOptions(command), FeatureOptionsSchema).action(runFeatures);
}

async function runFeatures(files: readonly string[], flags: FeaturesFlags): Promise<void> {
  const options = resolveOptions({}, givenOptions(flags, FeatureOptionsSchema));
  const format = options.format ?? "json";
  const outputs = outputPaths(files, flags.out, format);
  const { maxClipSeconds } = flags;
  const reading = {
    limits: { maxClipSeconds, maxDecodedSeconds: Infinity },
    codecs: nodeCodecs(),
  };
  const engine = await openPackDirectory(flags.pack, availableCores());
  requireEncodable(options, format, engine.manifest);
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
