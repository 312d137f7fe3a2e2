/** `undertone features`: clips → files of features, by the engine in this process. */
import type { Command } from "commander";
import { nodeCodecs } from "../../audio/codecs/wasm/node.ts";
import { encodeFeatures } from "../../formats/encode.ts";
import { FORMATS, type Format } from "../../formats/format.ts";
import { availableCores } from "../../platform/node/cores.ts";
import type { Features } from "../../results/computed.ts";
import { featurize } from "../../tasks/features/compute.ts";
import { planWritten } from "../../tasks/features/plan.ts";
import { type RequestOptions, resolveOptions } from "../../tasks/options/request.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import { addClipArguments, type ClipFlags, writeResults } from "../clips/command.ts";
import { withClipFile } from "../clips/file.ts";
import { clipSummary } from "../clips/summary.ts";
import { addOptionsOf, givenOptions, namingFlags } from "../options/schema.ts";
import { withFileName } from "../output/json-line.ts";
import { planOutput } from "../output/plan.ts";
import { openPackDirectory } from "../packs/open.ts";

const JSON_LINES = "jsonl";
const RESULT_FORMATS = [
  ...FORMATS.map((name) => ({ name, isJoinable: false })),
  { name: JSON_LINES, isJoinable: true },
];

/** Adds the command `features <clip…> --pack <dir>`, with the options of `POST /v1/features`. */
export function registerFeatures(program: Command): void {
  const command = program
    .command("features")
    .description("compute features of clips and write them to files");
  addClipArguments(command, {
    help:
      "output: a directory for <clip>.<format> files; a file, for one clip, or for several if it " +
      "ends in .jsonl; or - for standard output (default: the current directory)",
  });
  addOptionsOf(command, FeatureOptionsSchema).action(runFeatures);
}

async function runFeatures(clips: readonly string[], flags: ClipFlags): Promise<void> {
  const options = namingFlags(() => resolveOptions({}, givenOptions(flags, FeatureOptionsSchema)));
  const { out = ".", keepFolders, maxClipSeconds } = flags;
  const output = await planOutput({
    clips,
    formats: RESULT_FORMATS,
    out,
    keepFolders,
    format: options.format,
  });
  const isLines = output.format === JSON_LINES;
  const format = isLines ? "json" : (output.format as Format);
  const engine = await openPackDirectory(flags.pack, availableCores());
  const plan = namingFlags(() => planWritten(engine, options, format));
  const reading = {
    limits: { maxClipSeconds, maxDecodedSeconds: Infinity },
    codecs: nodeCodecs(),
  };
  await writeResults(clips, output, async (clip) => {
    const features = await withClipFile(clip, (pieces) => featurize(pieces, engine, plan, reading));
    const parts = encoded(features, format, options);
    return { parts: isLines ? withFileName(clip, parts) : parts, summary: clipSummary(features) };
  });
}

function encoded(features: Features, format: Format, options: RequestOptions) {
  const { encoding = "float", dtype, pool } = options;
  return encodeFeatures(features, { format, encoding, dtype, pool });
}
