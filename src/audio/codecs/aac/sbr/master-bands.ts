/** The finest frequency bands of spectral band replication (ISO/IEC 14496-3 §4.6.18.3.2.1), in subbands of the filter bank. */
import type { BandSettings } from "./bitstream/header.ts";

/** The highest rate of each row but the last, and by how many subbands a start code moves the start. */
const START_OFFSETS: readonly (readonly [mostHz: number, offsets: readonly number[]])[] = [
  [16_000, [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]],
  [22_050, [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13]],
  [24_000, [-5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16]],
  [32_000, [-6, -4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16]],
  [64_000, [-4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20]],
  [Infinity, [-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20, 24]],
];

const SUBBANDS = 64;
const STOP_STEPS = 13;

/**
 * The borders of the bands.
 * @param rateHz what is made, twice the core's.
 * @returns null if the settings cannot be.
 */
export function masterBands(settings: BandSettings, rateHz: number): number[] | null {
  const start = startOf(settings.startCode, rateHz);
  const stop = Math.min(stopOf(settings.stopCode, start, rateHz), SUBBANDS);
  if (start < 1 || stop <= start || stop - start > mostSubbands(rateHz)) return null;
  const borders =
    settings.scale === 0 ? linear(start, stop, settings) : warped(start, stop, settings);
  if (borders === null || settings.crossoverBand >= borders.length - 1) return null;
  return borders;
}

function startOf(code: number, rateHz: number): number {
  const [, offsets] = START_OFFSETS.find(
    ([mostHz]) => rateHz <= mostHz,
  ) as (typeof START_OFFSETS)[0];
  return Math.round((lowestHz(rateHz) * 128) / rateHz) + (offsets[code] as number);
}

function stopOf(code: number, start: number, rateHz: number): number {
  if (code === 14) return 2 * start;
  if (code === 15) return 3 * start;
  const lowest = Math.round((lowestHz(rateHz) * 256) / rateHz);
  const steps = geometricSteps(lowest, SUBBANDS, STOP_STEPS).sort(ascending);
  return lowest + sumOf(steps.slice(0, code));
}

function lowestHz(rateHz: number): number {
  if (rateHz < 32_000) return 3_000;
  return rateHz < 64_000 ? 4_000 : 5_000;
}

function mostSubbands(rateHz: number): number {
  if (rateHz <= 32_000) return 48;
  return rateHz < 48_000 ? 35 : 32;
}

function linear(start: number, stop: number, { isAltered }: BandSettings): number[] | null {
  const width = isAltered ? 2 : 1;
  const count = isAltered ? Math.round((stop - start) / 4) * 2 : (stop - start) & ~1;
  if (count === 0) return null;
  const widths = new Array<number>(count).fill(width);
  const rest = stop - start - count * width;
  if (rest > 0) (widths[count - 1] as number)++;
  for (let band = 0; band < -rest; band++) widths[band] = (widths[band] as number) - 1;
  return bordersOf(start, widths);
}

/** Bands that widen with frequency, in two regions where they span more than an octave and a bit. */
function warped(start: number, stop: number, { scale, isAltered }: BandSettings): number[] | null {
  const halfBands = 7 - scale;
  const isTwofold = stop / start > 2.2449;
  const middle = isTwofold ? 2 * start : stop;
  const lower = 2 * Math.round(halfBands * Math.log2(middle / start));
  if (lower <= 0) return null;
  const lowerWidths = geometricSteps(start, middle, lower).sort(ascending);
  if ((lowerWidths[0] as number) <= 0) return null;
  if (!isTwofold) return bordersOf(start, lowerWidths);
  const warp = isAltered ? 1.3 : 1;
  const upper = 2 * Math.round((halfBands * Math.log2(stop / middle)) / warp);
  const upperWidths = geometricSteps(middle, stop, upper).sort(ascending);
  widenFirst(upperWidths, lowerWidths.at(-1) as number);
  if (upperWidths.some((width) => width <= 0)) return null;
  return bordersOf(start, [...lowerWidths, ...upperWidths]);
}

/** Bands never narrow from the lower region to the upper one: the last gives to the first. */
function widenFirst(widths: number[], least: number): void {
  const [first] = widths;
  if (first === undefined || first >= least) return;
  const last = widths.at(-1) as number;
  const change = Math.min(least - first, (last - first) >> 1);
  widths[0] = first + change;
  widths[widths.length - 1] = last - change;
  widths.sort(ascending);
}

/** The rounded steps of a geometric series of so many from one border to another. */
function geometricSteps(from: number, to: number, count: number): number[] {
  const border = (index: number) => Math.round(from * (to / from) ** (index / count));
  return Array.from({ length: count }, (_, index) => border(index + 1) - border(index));
}

function bordersOf(start: number, widths: readonly number[]): number[] {
  const borders = [start];
  for (const width of widths) borders.push((borders.at(-1) as number) + width);
  return borders;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function ascending(one: number, other: number): number {
  return one - other;
}
