/** `npm run bench:clips` (the command; decoders/ holds its measurements): decoding speed, cost of hostile clips and formats, distance of AAC to ffmpeg, how well clips are resampled. */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { aacTable } from "./decoders/aac.ts";
import { costsTable } from "./decoders/costs.ts";
import { fidelityTable } from "./decoders/fidelity.ts";
import { RESAMPLER_CHART_TITLE, resamplerChart, resamplerTable } from "./decoders/resampler.ts";
import { speedTable } from "./decoders/speed.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { replaceSection } from "./report.ts";
import type { Rounds } from "./statistics.ts";

const TABLES = ["speed", "costs", "fidelity", "aac", "resampler"] as const;
const CHART = "audio-resampler.svg";

interface Flags extends Rounds {
  readonly only: readonly (typeof TABLES)[number][];
  readonly seconds: number;
  readonly model: string;
  readonly dryRun?: boolean;
}

const program = new Command("bench:clips")
  .description("measure the way from a clip to samples")
  .addOption(new Option("--only <table...>", "measure these").choices(TABLES).default([...TABLES]))
  .option("--seconds <n>", "length of the clips that are timed", wholeNumber, 60)
  .option("--repeats <n>", "timed runs", wholeNumber, 5)
  .option("--warm-ups <n>", "runs before them", wholeNumber, 2)
  .option("--model <source>", "whose features are compared", "spoken-words")
  .option("--dry-run", "print the tables and write nothing")
  .parse();
const flags = program.opts<Flags>();

for (const table of flags.only) {
  console.error(`measuring ${table}`);
  const text = await measure(table);
  console.log(text);
  if (!flags.dryRun) replaceSection(table, text, "audio.md");
}

async function measure(table: (typeof TABLES)[number]): Promise<string> {
  const machine = machineSentence(describeMachine());
  switch (table) {
    case "speed":
      return `${await speedTable(flags.seconds, flags)}\n\nMeasured on ${machine}`;
    case "costs":
      return `${await costsTable()}\n\nMeasured on ${machine}`;
    case "fidelity":
      return `${await fidelityTable(flags.model)}\n\nModel: ${flags.model}, q8.`;
    case "aac":
      return aacTable();
    case "resampler":
      if (!flags.dryRun)
        writeFileSync(new URL(`../docs/${CHART}`, import.meta.url), resamplerChart());
      return `${await resamplerTable(flags)}\n\nMeasured on ${machine}\n\n![${RESAMPLER_CHART_TITLE}](${CHART})`;
  }
}
