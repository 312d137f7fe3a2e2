/** `undertone extract`: a dataset of clips → one file of features, by the engine in this process or by a service. */
import type { Command } from "commander";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import { type ExtractFlags, extractDataset } from "../extract/extract.ts";
import { OUTPUT_FORMATS } from "../extract/write.ts";
import { addServiceOptions } from "../jobs/flags.ts";
import { countUpTo } from "../options/parsers.ts";
import { addOptionsOf } from "../options/schema.ts";
import { addClipLimit } from "../packs/open.ts";

const MOST_WORKERS = 64;
const DEFAULT_WORKERS = 4;

/** Options that say how one answer is written; the ending of `--out` says it here. */
const OptionsSchema = FeatureOptionsSchema.omit({ format: true, encoding: true });

/** Adds the command `extract <dataset> --out <file>`, with the options of `features`. */
export function registerExtract(program: Command): void {
  const endings = Object.keys(OUTPUT_FORMATS).map((ending) => `.${ending}`);
  const command = program
    .command("extract")
    .description("compute features of a dataset and write them to one file; run again, it goes on")
    .argument("<dataset>", "a folder of clips, a .csv with a column 'path', or a .tar")
    .requiredOption("--out <file>", `output, by its ending: ${endings.join(", ")}`)
    .option("--pack <dir>", "directory written by 'pack build', to compute in this process")
    .option("--model <id>", "with --url: a model of the service (default: its default model)")
    .option("--workers <n>", "clips computed at once", countUpTo(MOST_WORKERS), DEFAULT_WORKERS)
    .option("--resume", "go on with a run that was cut short or had failures")
    .option("--overwrite", "begin anew and replace --out")
    .option("--continue-on-error", "write the other clips if some fail; the exit status is 2 then");
  addServiceOptions(command, { isRequired: false, scope: "features" });
  addOptionsOf(addClipLimit(command), OptionsSchema).action(
    async (dataset: string, flags: ExtractFlags) => {
      process.exitCode = await extractDataset(dataset, flags);
    },
  );
}
