/** The `undertone` command. */
import { Command, Option } from "commander";
import { UndertoneError } from "../errors.ts";
import { packBlobs } from "../model/pack.ts";
import { PRECISIONS, type Precision } from "../model/precision.ts";
import { registerCalibrateThreshold } from "./calibrate-threshold.ts";
import { SOURCE_FORMS } from "./checkpoint-source.ts";
import { registerCompare } from "./compare.ts";
import { registerFeatures } from "./features.ts";
import { registerHook } from "./hook.ts";
import { registerInstall } from "./install.ts";
import { registerKey } from "./key.ts";
import { buildPack } from "./pack-build.ts";
import { registerVerify } from "./pack-verify.ts";
import { reportProgress } from "./progress.ts";
import { registerTasks } from "./tasks.ts";

interface BuildFlags {
  readonly precision: Precision;
  readonly out: string;
  readonly calibrate?: readonly string[];
  readonly id?: string;
  readonly lastState?: "raw" | "normed";
}

const program = new Command("undertone").description("WavLM speech features, small and exact");
const pack = program.command("pack").description("build and install model packs");

pack
  .command("build")
  .description(
    "make a pack of a checkpoint, here or on the hub, or of a synthetic model such as synthetic:base-plus",
  )
  .argument("<source>", SOURCE_FORMS)
  .addOption(
    new Option("--precision <precision>", "of the weights; a ready .onnx export keeps its own")
      .choices(PRECISIONS)
      .default("q8"),
  )
  .requiredOption("--out <dir>", "where the pack goes")
  .option("--calibrate <clip...>", "clips to calibrate with (default: built-in speech-like ones)")
  .option("--id <id>", "what requests call the pack (default: <model>-<precision>)")
  .addOption(
    new Option(
      "--last-state <form>",
      "of a large model's weighted sum: raw as in transformers 5, or normed as in 4 (default: by config.json's version)",
    ).choices(["raw", "normed"]),
  )
  .action(async (source: string, flags: BuildFlags) => {
    const { out, calibrate, ...options } = flags;
    const manifest = await buildPack(
      { source, outDir: out, ...options, ...(calibrate && { calibrationFiles: calibrate }) },
      reportProgress(),
    );
    const bytes = packBlobs(manifest).reduce((sum, blob) => sum + blob.bytes, 0);
    const weights = manifest.weights === "synthetic" ? ", synthetic weights" : "";
    const [head] = manifest.heads;
    const purpose = head === undefined ? "" : `, with a head for ${head.kind}`;
    console.log(
      `Built ${manifest.id}${weights} in ${out}: ${(bytes / 1e6).toFixed(1)} MB${purpose}.`,
    );
    if (head?.kind === "ctc" && head.tokens === null) {
      console.error("The checkpoint has no vocab.json: transcriptions will be numbers of tokens.");
    }
  });

registerInstall(pack);
registerVerify(pack);
registerFeatures(program);
registerTasks(program);
registerCompare(program);
registerCalibrateThreshold(program);
registerKey(program);
registerHook(program);

try {
  await program.parseAsync();
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === null) throw error;
  console.error(sentence);
  process.exitCode = 1;
}

/** What to tell the user; `null` for a fault of this program, whose stack is what is needed. */
function sentenceOf(error: unknown): string | null {
  if (error instanceof UndertoneError) return `${error.slug}: ${error.message}`;
  // A call to the system that failed: Node's message has its code, what was tried and the path.
  if (error instanceof Error && "syscall" in error) return error.message;
  return null;
}
