/** `npm run bench:region`: a day of clips on Workers, stages, regions and a server, simulated; the simulation is compared with a load run. */
import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { compareRun } from "./region/compare.ts";
import { comparisonTable, probesSentence } from "./region/comparison-report.ts";
import { loadPicture } from "./region/load-picture.ts";
import { type Measurements, measure } from "./region/measure.ts";
import { rateTable } from "./region/rates.ts";
import { capacitySection, warmthTable } from "./region/report.ts";
import { speedTable } from "./region/speed.ts";
import { replaceSection } from "./report.ts";
import { median } from "./statistics.ts";

const LOAD_PICTURE = new URL("../docs/capacity-load-run.svg", import.meta.url);

const flags = new Command("bench:region")
  .description("latency and money of a day's traffic, simulated and compared with local workerd")
  .option("--seed <n>", "of all random numbers", wholeNumber, 7)
  .option("--measured <file>", "measurements of an earlier run, instead of running the loads")
  .option("--keep <file>", "where measurements are written, for --measured")
  .option("--no-load", "simulate only")
  .option("--no-write", "leave docs/capacity.md as it is")
  .parse()
  .opts<{
    readonly seed: number;
    readonly measured?: string;
    readonly keep?: string;
    readonly load: boolean;
    readonly write: boolean;
  }>();

if (flags.load) validate(await measurements());
show("capacity", capacitySection(flags.seed));
show("warmth", warmthTable(flags.seed));
show("speed", speedTable(flags.seed));
show("rates", await rateTable(flags.seed));

async function measurements(): Promise<Measurements> {
  if (flags.measured !== undefined) return JSON.parse(readFileSync(flags.measured, "utf8"));
  const measured = await measure(flags.seed);
  if (flags.keep !== undefined) writeFileSync(flags.keep, JSON.stringify(measured));
  return measured;
}

function validate(measured: Measurements): void {
  const { runs, transports, coldMilliseconds, coldWeightBytes } = measured;
  const compared = runs.map((run) => compareRun(run, transports, flags.seed));
  const refusals = compared
    .map(
      ({ measuredRefusals, simulatedRefusals }) =>
        `${measuredRefusals} and ${simulatedRefusals.toFixed(1)}`,
    )
    .join("; ");
  const cold = `${median(coldMilliseconds).toFixed(0)} ms (${(coldWeightBytes / 1e6).toFixed(1)} MB of weights)`;
  const origin = [
    `${probesSentence(measured)} First clip (5 s) of a fresh isolate: ${cold}.`,
    `Refused by workerd and in the simulation: ${refusals}.`,
    `Measured on ${machineSentence(describeMachine())}`,
  ].join(" ");
  if (flags.write) writeFileSync(LOAD_PICTURE, loadPicture(compared));
  const picture = "![Times of clips in the load run and in its simulation](capacity-load-run.svg)";
  show("validation", `${origin}\n\n${comparisonTable(compared, flags.seed)}\n\n${picture}`);
}

function show(section: string, text: string): void {
  console.log(`${text}\n`);
  if (flags.write) replaceSection(section, text, "capacity.md");
}
