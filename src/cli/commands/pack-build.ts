/** `undertone pack build`: registers the command; cli/packs/build.ts does the work. */
import { type Command, Option } from "commander";
import type { Head } from "../../model/heads/head.ts";
import { type PackManifest, packBlobs } from "../../model/pack/manifest.ts";
import { PRECISIONS, type Precision } from "../../model/pack/precision.ts";
import { reportProgress } from "../output/progress.ts";
import { buildPack } from "../packs/build.ts";
import { SOURCE_FORMS } from "../packs/source.ts";

interface BuildFlags {
  readonly precision: Precision;
  readonly out: string;
  readonly calibrate?: readonly string[];
  readonly id?: string;
  readonly lastState?: "raw" | "normed";
  readonly lm?: string;
}

/** Adds `build` to the `pack` command. */
export function registerBuild(packCommand: Command): void {
  packCommand
    .command("build")
    .description(
      "build a pack from a local checkpoint, a hub model or a synthetic model such as synthetic:base-plus",
    )
    .argument("<source>", SOURCE_FORMS)
    .addOption(
      new Option(
        "--precision <precision>",
        "precision of the weights; a ready .onnx export keeps its own",
      )
        .choices(PRECISIONS)
        .default("q8"),
    )
    .requiredOption("--out <dir>", "output directory of the pack")
    .option("--calibrate <clip...>", "calibration clips (default: built-in speech-like clips)")
    .option("--id <id>", "model id used in requests (default: <model>-<precision>)")
    .addOption(
      new Option(
        "--last-state <form>",
        "last term of a large model's weighted sum: raw as in transformers 5, or normed as in 4 (default: by config.json's version)",
      ).choices(["raw", "normed"]),
    )
    .option(
      "--lm <file.arpa>",
      "language model for transcriptions, an ARPA file of at most 4 MiB, 100,000 n-grams and 20,000 words",
    )
    .action(async (source: string, flags: BuildFlags) => {
      const { out, calibrate, lm, ...options } = flags;
      const manifest = await buildPack(
        {
          source,
          outDir: out,
          ...options,
          ...(calibrate && { calibrationFiles: calibrate }),
          ...(lm !== undefined && { languageModelFile: lm }),
        },
        reportProgress(),
      );
      console.log(summaryOf(manifest, out));
      const [head] = manifest.heads;
      if (head?.kind === "ctc" && head.tokens === null) {
        console.error(
          "The checkpoint has no vocab.json: transcriptions will be numbers of tokens.",
        );
      }
    });
}

function languageOf(head: Head): string {
  if (head.kind !== "ctc" || head.languageModel === undefined) return "";
  return ` and a language model of ${head.languageModel.ngrams} n-grams`;
}

function summaryOf(manifest: PackManifest, directory: string): string {
  const bytes = packBlobs(manifest).reduce((sum, blob) => sum + blob.bytes, 0);
  const weights = manifest.weights === "synthetic" ? ", synthetic weights" : "";
  const [head] = manifest.heads;
  const purpose = head === undefined ? "" : `, with a head for ${head.kind}${languageOf(head)}`;
  return `Built ${manifest.id}${weights} in ${directory}: ${(bytes / 1e6).toFixed(1)} MB${purpose}.`;
}
