/** Options of a command that builds a pack. */
import { type Command, Option } from "commander";
import { PRECISIONS, type Precision } from "../../model/pack/precision.ts";
import type { PackBuildOptions } from "../packs/build-options.ts";

/** As commander gives them. */
export interface BuildFlags {
  readonly precision: Precision;
  readonly calibrate?: readonly string[];
  readonly id?: string;
  readonly lastState?: "raw" | "normed";
  readonly lm?: string;
}

const NAMES: readonly (keyof BuildFlags)[] = ["precision", "calibrate", "id", "lastState", "lm"];

/** One of these options that stands on the command line, such as `--lm`; `undefined` if none does. */
export function givenBuildFlag(command: Command): string | undefined {
  const given = NAMES.find((name) => command.getOptionValueSource(name) === "cli");
  return command.options.find((option) => option.attributeName() === given)?.long;
}

/** Adds the options to a command. */
export function withBuildFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--precision <precision>",
        "precision of the weights; a ready .onnx export keeps its own",
      )
        .choices(PRECISIONS)
        .default("q8"),
    )
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
    );
}

/** The same as options of `buildPack`. */
export function buildOptionsOf(
  { calibrate, lm, precision, id, lastState }: BuildFlags,
  source: string,
  outDir: string,
): PackBuildOptions {
  return {
    source,
    outDir,
    precision,
    ...(id !== undefined && { id }),
    ...(lastState !== undefined && { lastState }),
    ...(calibrate !== undefined && { calibrationFiles: calibrate }),
    ...(lm !== undefined && { languageModelFile: lm }),
  };
}
