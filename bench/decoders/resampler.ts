/** Quality and speed of resampling to 16 kHz, by rate. */

import { MODEL_SAMPLE_RATE_HZ } from "../../src/audio/resample/filter.ts";
import { resample } from "../../src/audio/resample/resample.ts";
import { type Line, lineChart } from "../../src/charts/line-chart.ts";
import { fitTone, levelDb, sine } from "../../support/clips/tones.ts";
import { medianTimes, type Rounds, timed } from "../statistics.ts";
import { markdownTable } from "../table.ts";

const RATES_HZ = [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000];
const NYQUIST_HZ = MODEL_SAMPLE_RATE_HZ / 2;
/** The part of the lower of two Nyquist frequencies up to which tones have to stay as they are: 7 kHz at 16 kHz. */
const PASS_BAND = 7 / 8;
const TONE_SECONDS = 0.25;
/** Longer than half the filter at 16 kHz, so that the tone's beginning and end are not measured. */
const MARGIN_SAMPLES = 400;
const TIMED_SECONDS = 60;
const CHARTED_HZ = [
  ...[
    6_500, 6_750, 7_000, 7_200, 7_400, 7_500, 7_600, 7_700, 7_800, 7_900, 7_975, 8_050, 8_100,
    8_150,
  ],
  ...[8_200, 8_250, 8_300, 8_400, 8_500, 8_600, 8_800, 9_000, 9_200, 9_500, 9_750, 10_000],
];
const TARGETS = { rippleDb: 0.001, aliasFrom8200Db: -90, aliasFrom9000Db: -110, snrDb: 130 };

export const RESAMPLER_CHART_TITLE = "How much a tone is attenuated on its way to 16 kHz";

/** One rate's figures; those about aliases are null where the rate has no tones beyond 8 kHz. */
interface Quality {
  readonly rateHz: number;
  readonly rippleDb: number;
  readonly aliasFrom8200Db: number | null;
  readonly aliasFrom9000Db: number | null;
  readonly snrDb: number;
  readonly timesRealTime: number;
}

/** The table of all rates. */
export async function resamplerTable(rounds: Rounds): Promise<string> {
  const rows: string[][] = [];
  for (const rateHz of RATES_HZ) rows.push(rowOf(await qualityOf(rateHz, rounds)));
  const header = ["from", "ripple in the pass band (dB)", "alias ≥ 8.2 kHz (dB)"];
  return markdownTable(
    [...header, "alias ≥ 9 kHz (dB)", "SNR of 1 kHz (dB)", "× real time", ""],
    rows,
  );
}

/** A picture of what is left of tones around 8 kHz. */
export function resamplerChart(): string {
  const lines = RATES_HZ.filter((rateHz) => rateHz / 2 > NYQUIST_HZ).map(
    (rateHz): Line => ({
      name: `from ${rateHz / 1000} kHz`,
      points: CHARTED_HZ.filter((toneHz) => toneHz < rateHz / 2).map((toneHz) => ({
        x: toneHz / 1000,
        y: Math.max(0, -levelAfter(toneHz, rateHz)),
      })),
    }),
  );
  const options = {
    title: RESAMPLER_CHART_TITLE,
    xLabel: "tone (kHz)",
    yLabel: "attenuation (dB); beyond 8 kHz, of its alias",
    yScale: "linear" as const,
    xTicks: [7, 7.5, 8, 8.5, 9, 9.5, 10],
  };
  return lineChart(options, lines);
}

async function qualityOf(rateHz: number, rounds: Rounds): Promise<Quality> {
  const passBandHz = (PASS_BAND * Math.min(rateHz, MODEL_SAMPLE_RATE_HZ)) / 2;
  const passed = tonesBetween(50, passBandHz).map((toneHz) => levelAfter(toneHz, rateHz));
  const oneKilohertz = fitted(1_000, rateHz);
  const tone = sine(1_000, rateHz, TIMED_SECONDS);
  const { ours } = await medianTimes(
    { ours: () => timed(async () => resample(tone, rateHz)) },
    rounds,
  );
  return {
    rateHz,
    rippleDb: Math.max(...passed) - Math.min(...passed),
    aliasFrom8200Db: worstAliasDb(8_200, rateHz),
    aliasFrom9000Db: worstAliasDb(9_000, rateHz),
    snrDb: oneKilohertz.amplitudeDb - oneKilohertz.residualDb,
    timesRealTime: (TIMED_SECONDS * 1000) / ours,
  };
}

function worstAliasDb(fromHz: number, rateHz: number): number | null {
  const tonesHz = tonesBetween(fromHz, rateHz / 2 - 100);
  if (tonesHz.length === 0) return null;
  return Math.max(...tonesHz.map((toneHz) => levelAfter(toneHz, rateHz)));
}

/** Level of what is left of a tone of amplitude 1: of itself up to 8 kHz, of everything beyond. */
function levelAfter(toneHz: number, rateHz: number): number {
  if (toneHz < NYQUIST_HZ) return fitted(toneHz, rateHz).amplitudeDb;
  const output = resample(sine(toneHz, rateHz, TONE_SECONDS), rateHz);
  return levelDb(output.subarray(MARGIN_SAMPLES, -MARGIN_SAMPLES));
}

function fitted(toneHz: number, rateHz: number) {
  const output = resample(sine(toneHz, rateHz, TONE_SECONDS), rateHz);
  return fitTone(output, toneHz, MODEL_SAMPLE_RATE_HZ, MARGIN_SAMPLES);
}

/** Forty tones in even steps from one frequency to another; none if the other is lower. */
function tonesBetween(fromHz: number, toHz: number): number[] {
  if (toHz <= fromHz) return [];
  return Array.from({ length: 40 }, (_, index) => fromHz + ((toHz - fromHz) * index) / 39);
}

function rowOf(quality: Quality): string[] {
  const { rateHz, rippleDb, aliasFrom8200Db, aliasFrom9000Db, snrDb, timesRealTime } = quality;
  const isKept =
    rippleDb <= TARGETS.rippleDb &&
    (aliasFrom8200Db ?? -Infinity) <= TARGETS.aliasFrom8200Db &&
    (aliasFrom9000Db ?? -Infinity) <= TARGETS.aliasFrom9000Db &&
    snrDb >= TARGETS.snrDb;
  return [
    `${rateHz / 1000} kHz`,
    rippleDb.toFixed(4),
    aliasFrom8200Db?.toFixed(0) ?? "–",
    aliasFrom9000Db?.toFixed(0) ?? "–",
    snrDb.toFixed(0),
    timesRealTime.toFixed(0),
    isKept ? "pass" : "miss",
  ];
}
