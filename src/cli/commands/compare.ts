/** `undertone compare`: compares the speakers of two clips. */
import type { Command } from "commander";
import { audioMetadata, modelMetadata } from "../../formats/metadata.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { ComparisonOptionsSchema, compareSpeakers } from "../../tasks/comparison.ts";
import { selectionOf } from "../../tasks/options/request.ts";
import { requireHead } from "../../tasks/task.ts";
import { computeFile } from "../clips/compute.ts";
import { requireOneStandardInput } from "../clips/file.ts";
import { addOptionsOf, readOptions } from "../options/schema.ts";
import { jsonLine } from "../output/json-line.ts";
import { addPackOptions, openPackDirectory, type PackFlags } from "../packs/open.ts";

/** Adds the command `compare <a> <b> --pack <dir>`, with the options of `POST /v1/comparisons`. */
export function registerCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("compare the speakers of two clips")
    .argument("<a>", "one clip's file, or - for standard input")
    .argument("<b>", "the other clip's file")
    .showHelpAfterError("Name two clips; 'undertone compare --help' lists the options.");
  addOptionsOf(addPackOptions(command), ComparisonOptionsSchema).action(runCompare);
}

async function runCompare(a: string, b: string, flags: PackFlags): Promise<void> {
  requireOneStandardInput([a, b]);
  const given = readOptions(ComparisonOptionsSchema, flags);
  const engine = await openPackDirectory(flags.pack, availableCores());
  const head = requireHead(engine.manifest, "xvector");
  const reading = { selection: selectionOf(given), maxClipSeconds: flags.maxClipSeconds };
  const one = await computeFile(a, engine, headTaps(head), reading);
  const other = await computeFile(b, engine, headTaps(head), reading);
  const answer = {
    model: modelMetadata(one.model),
    a: { file: a, audio: audioMetadata(one.audio) },
    b: { file: b, audio: audioMetadata(other.audio) },
    ...compareSpeakers(one.result, other.result, head),
  };
  process.stdout.write(jsonLine(answer));
}
