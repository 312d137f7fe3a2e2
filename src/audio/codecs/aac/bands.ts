/** Scale factor bands (ISO/IEC 14496-3, tables 4.129 to 4.147), and what else depends on the sample rate. */

/** Rates by their index (table 1.18). */
export const SAMPLE_RATES_HZ: readonly number[] = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
];

/** The lowest rate that each index but the last stands for, where a rate is given in Hz (table 4.82). */
const LOWEST_RATES_HZ = [
  92_017, 75_132, 55_426, 46_009, 37_566, 27_713, 23_004, 18_783, 13_856, 11_502, 9_391,
];

/** The index whose tables a rate takes. */
export function rateIndexOf(sampleRateHz: number): number {
  const index = LOWEST_RATES_HZ.findIndex((lowest) => sampleRateHz >= lowest);
  return index < 0 ? LOWEST_RATES_HZ.length : index;
}

/** The bands of one kind of window at one rate. */
export interface Bands {
  /** The start of each, and the end of the last one. */
  readonly offsets: readonly number[];
  /** The number of them that temporal noise shaping may reach. */
  readonly shapedCount: number;
}

/** The bands of long and of short windows. */
export interface BandTables {
  readonly long: Bands;
  readonly short: Bands;
  /** The number of bands that prediction may reach. */
  readonly predictedCount: number;
}

/** Widths of bands: "14x4 24" are fourteen of 4 and one of 24. */
const LONG_96 = "14x4 5x8 5x12 2x16 24 28 36 44 11x64";
const LONG_64 = "14x4 4x8 3x12 3x16 20 2x24 28 36 18x40";
const LONG_48 = "10x4 7x8 4x12 2x16 2x20 2x24 2x28 19x32 96";
const LONG_32 = "10x4 7x8 4x12 2x16 2x20 2x24 2x28 22x32";
const LONG_24 = "11x4 10x8 4x12 3x16 2x20 2x24 2x28 32 2x36 40 44 48 2x52 5x64";
const LONG_16 = "11x8 9x12 4x16 3x20 2x24 2x28 32 36 2x40 44 48 52 56 60 3x64";
const LONG_8 = "13x12 7x16 4x20 3x24 2x28 32 2x36 40 44 48 52 56 60 64 80";
const SHORT_96 = "6x4 3x8 16 28 36";
const SHORT_48 = "5x4 3x8 3x12 3x16";
const SHORT_24 = "7x4 3x8 2x12 2x16 20";
const SHORT_16 = "8x4 2x8 2x12 16 2x20";
const SHORT_8 = "7x4 4x8 12 16 2x20";

/** By rate index: bands of long and short windows, how many of each may be shaped, and how many may be predicted. */
const BY_RATE: readonly (readonly [string, string, number, number, number])[] = [
  [LONG_96, SHORT_96, 31, 9, 33],
  [LONG_96, SHORT_96, 31, 9, 33],
  [LONG_64, SHORT_96, 34, 10, 38],
  [LONG_48, SHORT_48, 40, 14, 40],
  [LONG_48, SHORT_48, 42, 14, 40],
  [LONG_32, SHORT_48, 51, 14, 40],
  [LONG_24, SHORT_24, 46, 14, 41],
  [LONG_24, SHORT_24, 46, 14, 41],
  [LONG_16, SHORT_16, 42, 14, 37],
  [LONG_16, SHORT_16, 42, 14, 37],
  [LONG_16, SHORT_16, 42, 14, 37],
  [LONG_8, SHORT_8, 39, 14, 34],
  [LONG_8, SHORT_8, 39, 14, 34],
];

/** The tables of a rate; frames of 960 samples end their bands sooner. */
export function bandTables(rateIndex: number, frameSamples: number): BandTables {
  const row = BY_RATE[rateIndex];
  if (row === undefined) throw new RangeError(`there is no rate index ${rateIndex}`);
  const [long, short, shapedLong, shapedShort, predictedCount] = row;
  return {
    long: { offsets: offsetsOf(long, frameSamples), shapedCount: shapedLong },
    short: { offsets: offsetsOf(short, frameSamples / 8), shapedCount: shapedShort },
    predictedCount,
  };
}

function offsetsOf(widths: string, end: number): number[] {
  const offsets = [0];
  for (const run of widths.split(" ")) {
    const [width, count = 1] = run.split("x").map(Number).reverse() as [number, number?];
    for (let band = 0; band < count; band++) offsets.push((offsets.at(-1) as number) + width);
  }
  return [...offsets.filter((offset) => offset < end), end];
}
