#!/usr/bin/env node
/** The `undertone` command. */
import { Command, Option } from "commander";
import { UndertoneError } from "../errors.ts";
import { PRECISIONS, type Precision, packBlobs } from "../model/pack.ts";
import { SOURCE_FORMS } from "./checkpoint-source.ts";
import { registerFeatures } from "./features.ts";
import { registerHook } from "./hook.ts";
import { registerInstall } from "./install.ts";
import { registerKey } from "./key.ts";
import { buildPack } from "./pack-build.ts";
import { reportProgress } from "./progress.ts";

interface BuildFlags {
  readonly precision: Precision;
  readonly out: string;
  readonly calibrate?: readonly string[];
  readonly id?: string;
}

const program = new Command("undertone").description("WavLM speech features, small and exact");
const pack = program.command("pack").description("build and install model packs");

pack
  .command("build")
  .description(
    "make a pack of a checkpoint, here or on the hub, or of synthetic:base-plus, synthetic:base, synthetic:large",
  )
  .argument("<source>", SOURCE_FORMS)
  .addOption(
    new Option("--precision <precision>", "of the weights").choices(PRECISIONS).default("q8"),
  )
  .requiredOption("--out <dir>", "where the pack goes")
  .option("--calibrate <clip...>", "clips to calibrate with (default: built-in speech-like ones)")
  .option("--id <id>", "what requests call the pack (default: <model>-<precision>)")
  .action(async (source: string, flags: BuildFlags) => {
    const { out, calibrate, ...options } = flags;
    const manifest = await buildPack(
      { source, outDir: out, ...options, ...(calibrate && { calibrationFiles: calibrate }) },
      reportProgress(),
    );
    const bytes = packBlobs(manifest).reduce((sum, blob) => sum + blob.bytes, 0);
    const weights = manifest.weights === "synthetic" ? ", synthetic weights" : "";
    console.log(`Built ${manifest.id}${weights} in ${out}: ${(bytes / 1e6).toFixed(1)} MB.`);
  });

registerInstall(pack);
registerFeatures(program);
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
