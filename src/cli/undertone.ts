/** The `undertone` command. */
import { Command, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { packBlobs } from "../model/pack/manifest.ts";
import { PRECISIONS, type Precision } from "../model/pack/precision.ts";
import { registerCalibrateThreshold } from "./commands/calibrate-threshold.ts";
import { registerCompare } from "./commands/compare.ts";
import { registerFeatures } from "./commands/features.ts";
import { registerHook } from "./commands/hook.ts";
import { registerKey } from "./commands/key.ts";
import { registerInstall } from "./commands/pack-install.ts";
import { registerPackManagement } from "./commands/pack-manage.ts";
import { registerVerify } from "./commands/pack-verify.ts";
import { registerTasks } from "./commands/tasks.ts";
import { reportProgress } from "./output/progress.ts";
import { sentenceOf } from "./output/sentence.ts";
import { buildPack } from "./packs/build.ts";
import { SOURCE_FORMS } from "./packs/source.ts";

interface BuildFlags {
  readonly precision: Precision;
  readonly out: string;
  readonly calibrate?: readonly string[];
  readonly id?: string;
  readonly lastState?: "raw" | "normed";
}

/** What a shell gives for a program that SIGPIPE ended. */
const BROKEN_PIPE_STATUS = 141;

const program = new Command("undertone")
  .description("WavLM speech features, small and exact")
  .version(packageJson.version, "-V, --version", "print the version");
const pack = program.command("pack").description("build, install and choose model packs");

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
registerPackManagement(pack);
registerVerify(pack);
registerFeatures(program);
registerTasks(program);
registerCompare(program);
registerCalibrateThreshold(program);
registerKey(program);
registerHook(program);

// Whoever reads standard output may stop early, as head does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(BROKEN_PIPE_STATUS);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === null) throw error;
  console.error(sentence);
  process.exitCode = 1;
}
