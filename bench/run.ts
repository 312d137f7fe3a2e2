/** `npm run bench`: measures time, memory and accuracy against targets; prints the table and draws the pictures. */
import { Command, Option } from "commander";
import { CHART_IDS } from "./charts/charts.ts";
import { resultTable, writeDocument } from "./document.ts";
import { memoryByLength, timeByLength } from "./experiments/by-length.ts";
import type { Experiment } from "./experiments/experiment.ts";
import { memoryOfPruned, timeOfPruned, timeOfWav2vec2 } from "./experiments/families.ts";
import {
  memoryOfLargeModel,
  memoryOfTenSeconds,
  memoryOfThirtySeconds,
} from "./experiments/memory.ts";
import { health, native, nativeBackend, nativeIntegers, threads } from "./experiments/node.ts";
import {
  accuracyByLayer,
  accuracyOfFp32,
  accuracyOfQ8,
  accuracyOfQ8a,
} from "./experiments/quantization-error.ts";
import { stages, stagesOfLargeModel } from "./experiments/stages.ts";
import { start } from "./experiments/start.ts";
import { telemetry } from "./experiments/telemetry.ts";
import {
  coldStart,
  halfDepth,
  linearity,
  streaming,
  timeInNode,
  timeInWorkerd,
  withoutVnni,
} from "./experiments/timing.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { readResults, withFindings, withLines, writeResults } from "./results.ts";
import { ROWS } from "./rows.ts";
import { createWorkbench, type WorkbenchOptions } from "./workbench.ts";

const EXPERIMENTS: readonly Experiment[] = [
  timeInWorkerd,
  timeInNode,
  withoutVnni,
  threads,
  native,
  nativeIntegers,
  nativeBackend,
  health,
  telemetry,
  memoryOfTenSeconds,
  memoryOfThirtySeconds,
  memoryOfLargeModel,
  linearity,
  halfDepth,
  coldStart,
  start,
  streaming,
  timeOfWav2vec2,
  timeOfPruned,
  memoryOfPruned,
  stages,
  stagesOfLargeModel,
  accuracyOfQ8,
  accuracyOfQ8a,
  accuracyOfFp32,
  timeByLength,
  memoryByLength,
  accuracyByLayer,
];
const NAMES = [...ROWS.map(({ id }) => id), ...CHART_IDS];

interface Flags extends WorkbenchOptions {
  readonly only?: readonly string[];
  readonly skip: readonly string[];
  readonly dryRun?: boolean;
}

const program = new Command("bench")
  .description("measure Undertone against the graph that the hub offers")
  .addOption(new Option("--only <name...>", "measure these rows and charts").choices(NAMES))
  .addOption(new Option("--skip <name...>", "leave these out").choices(NAMES).default([]))
  .option("--repeats <n>", "timed runs of each contestant", wholeNumber, 5)
  .option("--warm-ups <n>", "runs before them", wholeNumber, 1)
  .option(
    "--base <source>",
    "the base model: synthetic:base-plus or a directory",
    "synthetic:base-plus",
  )
  .option("--large <source>", "the large model", "synthetic:large")
  .option(
    "--workspace-megabytes <n>",
    "what a budget must hold beside two layers' weights",
    wholeNumber,
    34,
  )
  .option("--dry-run", "print the table and write nothing")
  .parse();
process.exitCode = await measure(program.opts<Flags>());

async function measure({ only = NAMES, skip, dryRun = false, ...options }: Flags): Promise<number> {
  const wanted = new Set<string>(only.filter((name) => !skip.includes(name)));
  const bench = createWorkbench(options);
  const machine = describeMachine();
  console.error(machineSentence(machine));
  const { base, large } = options;
  let results = readResults(machine, { base, large });
  const failures: string[] = [];
  try {
    for (const experiment of EXPERIMENTS) {
      const names = experiment.answers.filter((name) => wanted.has(name));
      if (names.length === 0) continue;
      console.error(`measuring ${names.join(", ")}`);
      try {
        const { findings = [], lines = {} } = await experiment.run(bench);
        results = withLines(withFindings(results, findings), lines);
        if (!dryRun) writeResults(results);
      } catch (error) {
        failures.push(`not measured: ${names.join(", ")}: ${(error as Error).message}`);
      }
    }
  } finally {
    await bench.stop();
  }
  if (!dryRun) writeDocument(results);
  console.log(resultTable(results));
  for (const failure of failures) console.log(failure);
  return failures.length === 0 ? 0 : 1;
}
