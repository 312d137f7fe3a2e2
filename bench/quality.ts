/** `npm run bench:quality`: the word error rate of spoken-words by precision, voice and channel. */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { lineChart } from "../src/charts/line-chart.ts";
import { bootstrapInterval } from "../src/model/accuracy/bootstrap.ts";
import { type WordErrors, wordErrorRate } from "../src/model/accuracy/word-error.ts";
import type { Precision } from "../src/model/pack/precision.ts";
import { PRECISIONS } from "../src/model/pack/precision.ts";
import { wholeNumber } from "./options.ts";
import { replaceSection } from "./report.ts";
import { markdownTable } from "./table.ts";
import { CHANNELS, type Channel, noisy } from "./word-errors/channels.ts";
import { countDoorErrors, DOOR_COLUMNS } from "./word-errors/doors.ts";
import { openSearches } from "./word-errors/searches.ts";
import { type CountErrors, openTranscriber } from "./word-errors/transcriber.ts";
import { makeUtterances, type Utterance, VOICE_GROUPS } from "./word-errors/utterances.ts";

/** Shares of the groups among held-out utterances. */
const SHARES = { "espeak-ng": 0.7, "flite rms": 0.15, "flite slt": 0.15 } as const;
const CHART_SNRS_DB = [30, 25, 20, 15, 10, 5];
const CHART_FILE = "performance-word-error-by-noise.svg";

const PARTS = ["precisions", "searches", "doors"] as const;

const { clips, write, only } = new Command("bench:quality")
  .description("word error rates of spoken-words; needs espeak-ng, flite, ffmpeg and sox")
  .option("--clips <n>", "utterances", wholeNumber, 200)
  .addOption(new Option("--only <part>", "one of the tables").choices(PARTS))
  .option("--no-write", "leave docs/performance.md as it is")
  .parse()
  .opts<{
    readonly clips: number;
    readonly write: boolean;
    readonly only?: (typeof PARTS)[number];
  }>();

const utterances = VOICE_GROUPS.flatMap((group) =>
  makeUtterances(group, Math.round(clips * SHARES[group])),
);
const words = utterances.reduce((sum, { text }) => sum + text.split(" ").length, 0);
const origin = `${utterances.length} utterances of ${words} words. Word error rate in %, 95 % interval by bootstrap over utterances.`;
const transcribers = new Map<Precision, CountErrors>();
const isWanted = (part: (typeof PARTS)[number]) => only === undefined || only === part;
if (isWanted("precisions")) await comparePrecisions();
if (isWanted("searches")) await compareSearches();
if (isWanted("doors")) await compareDoors();

async function comparePrecisions(): Promise<void> {
  for (const precision of PRECISIONS) {
    transcribers.set(precision, await openTranscriber(precision));
  }
  const header = ["", ...PRECISIONS];
  const table = markdownTable(header, [...(await channelRows()), ...(await voiceRows())]);
  console.log(table);
  const picture = lineChart(
    {
      title: "Word error by noise, spoken-words",
      xLabel: "speech over white noise (dB)",
      yLabel: "word error rate (%)",
      yScale: "linear",
      xTicks: CHART_SNRS_DB.toReversed(),
    },
    await noiseLines(),
  );
  if (!write) return;
  writeFileSync(new URL(`../docs/${CHART_FILE}`, import.meta.url), picture);
  replaceSection("quality", [origin, table, `![Word error by noise](${CHART_FILE})`].join("\n\n"));
}

/** The ways of choosing words: a row each, and a column for clear speech, noise and an unknown voice. */
async function compareSearches(): Promise<void> {
  const { names, countErrors } = await openSearches();
  const [clean] = CHANNELS as [Channel];
  const unknown = utterances.filter(({ group }) => group === "flite rms");
  const columns = [
    { name: "clean", counted: await countErrors(clean, utterances) },
    {
      name: "white noise at 10 dB",
      counted: await countErrors(noisy(10), utterances),
    },
    { name: "clean, flite rms", counted: await countErrors(clean, unknown) },
  ];
  const rows = names.map((name, index) => [
    name,
    ...columns.map(({ counted }) => rateText(counted[index] as WordErrors[])),
  ]);
  const table = markdownTable(["", ...columns.map(({ name }) => name)], rows);
  console.log(table);
  if (write) replaceSection("quality-searches", `${origin}\n\n${table}`);
}

/** The doors: a row each, which have to be the same. */
async function compareDoors(): Promise<void> {
  const rows = (await countDoorErrors(utterances)).map(({ name, columns }) => [
    name,
    ...columns.map(rateText),
  ]);
  const table = markdownTable(["", ...DOOR_COLUMNS], rows);
  console.log(table);
  if (write) replaceSection("quality-doors", `${origin}\n\n${table}`);
}

async function channelRows(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const channel of CHANNELS) {
    const counted = await countErrors(channel, utterances);
    rows.push([channel.name, ...counted.map(rateText)]);
  }
  return rows;
}

async function voiceRows(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const voice of VOICE_GROUPS) {
    const counted = await countErrors(
      CHANNELS[0] as Channel,
      utterances.filter(({ group }) => group === voice),
    );
    const known = voice === "flite slt" ? "in training" : "left out of training";
    rows.push([`clean, ${voice} (${known})`, ...counted.map(rateText)]);
  }
  return rows;
}

async function noiseLines() {
  const points: { readonly x: number; readonly counted: readonly WordErrors[][] }[] = [];
  for (const x of CHART_SNRS_DB)
    points.push({ x, counted: await countErrors(noisy(x), utterances) });
  return PRECISIONS.map((name, index) => ({
    name,
    points: points
      .map(({ x, counted }) => ({ x, y: 100 * wordErrorRate(counted[index] as WordErrors[]) }))
      .sort((a, b) => a.x - b.x),
  }));
}

/** Word errors of each precision on utterances through a channel. */
async function countErrors(channel: Channel, said: readonly Utterance[]): Promise<WordErrors[][]> {
  const counted = PRECISIONS.map((): WordErrors[] => []);
  for (const [index, { wav, text }] of said.entries()) {
    const samples = await channel.samplesOf(wav, `${channel.name} ${index}`);
    for (const [column, precision] of PRECISIONS.entries()) {
      const count = transcribers.get(precision) as CountErrors;
      (counted[column] as WordErrors[]).push(await count(samples, text));
    }
  }
  console.error(`${channel.name}: done`);
  return counted;
}

function rateText(counted: readonly WordErrors[]): string {
  const [low, high] = bootstrapInterval(counted);
  const percent = (rate: number) => (100 * rate).toFixed(1);
  return `${percent(wordErrorRate(counted))} (${percent(low)}–${percent(high)})`;
}
