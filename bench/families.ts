/** `npm run bench:families`: the measured columns of the table of models in docs/models.md, by shape of model. */

import { Command, Option } from "commander";
import { reportProgress } from "../src/cli/output/progress.ts";
import type { SyntheticKind } from "../src/model/checkpoint/synthetic/synthetic.ts";
import { peakMemory, totalBytes } from "./experiments/memory.ts";
import { runOf } from "./experiments/timing.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { cachedPack } from "./models.ts";
import { wholeNumber } from "./options.ts";
import { speechLikeClip } from "./speech-clip.ts";
import { medianTimes, type Rounds } from "./statistics.ts";
import { startNodeProcess } from "./subjects/node-process.ts";
import { startService } from "./subjects/service.ts";
import { markdownTable } from "./table.ts";

/** Shapes with the models that have them. Time and memory depend on the shape alone. */
const SHAPES: readonly (readonly [kind: SyntheticKind, models: string])[] = [
  ["base-plus", "WavLM Base, Base+"],
  ["wav2vec2", "wav2vec 2.0, HuBERT and UniSpeech-SAT Base"],
  ["large", "WavLM Large"],
  ["wav2vec2-large", "wav2vec 2.0, HuBERT and UniSpeech-SAT Large"],
  ["pruned", "DPWavLM, DPHuBERT"],
  ["distilled", "DistilHuBERT"],
];
const TIMED_SECONDS = 5;
const WEIGHED_SECONDS = 10;

const { only = SHAPES.map(([kind]) => kind), ...rounds } = new Command("bench:families")
  .description(
    "size, memory and time of every shape of model in the table of docs/models.md, in q8",
  )
  .addOption(new Option("--only <shape...>", "measure these").choices(SHAPES.map(([kind]) => kind)))
  .option("--repeats <n>", "timed runs of each", wholeNumber, 5)
  .option("--warm-ups <n>", "runs before them", wholeNumber, 1)
  .parse()
  .opts<Rounds & { readonly only?: readonly string[] }>();

const report = reportProgress();
const rows: string[][] = [];
for (const [kind, models] of SHAPES) {
  if (only.includes(kind)) rows.push(await measure(kind, models));
}
const header = ["shape", "models", "pack MB", "memory MB", "workerd", "Node", "weights held"];
console.log(`${machineSentence(describeMachine())}\n\n${markdownTable(header, rows)}`);

async function measure(kind: SyntheticKind, models: string): Promise<string[]> {
  const { directory, manifest } = await cachedPack(`synthetic:${kind}`, "q8", report);
  const worker = await startService(directory, {}, report);
  const node = await startNodeProcess({ kind: "pack", path: directory, threads: 1 });
  try {
    const clip = speechLikeClip(TIMED_SECONDS);
    const times = await medianTimes(
      { workerd: runOf(worker, clip), node: runOf(node, clip) },
      rounds,
    );
    const memory = await peakMemory(worker, WEIGHED_SECONDS);
    const weightBytes = manifest.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    return [
      kind,
      models,
      megabytes(weightBytes),
      megabytes(totalBytes(memory)),
      seconds(times.workerd),
      seconds(times.node),
      memory.heldBufferBytes >= weightBytes ? "resident" : "streamed",
    ];
  } finally {
    await Promise.all([worker.stop(), node.stop()]);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
