/**
 * Which parameter each hybrid band follows, and how parameters of one number of bands are those of another. Long
 * because it is tables.
 */

/** By hybrid band (table 8.48): the parameter of 20, as runs of so many. */
export const PARAMETER_OF_20: readonly number[] = [
  1,
  0,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  14,
  ...runs([15, 3], [16, 4], [17, 5], [18, 12], [19, 29]),
];

/** By hybrid band (table 8.49): the parameter of 34. */
export const PARAMETER_OF_34: readonly number[] = [
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  6,
  7,
  2,
  1,
  0,
  10,
  10,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  9,
  14,
  11,
  12,
  13,
  14,
  15,
  16,
  13,
  16,
  17,
  18,
  19,
  20,
  21,
  ...runs([22, 2], [23, 2], [24, 2], [25, 2], [26, 2], [27, 3], [28, 3], [29, 3], [30, 3]),
  ...runs([31, 4], [32, 4], [33, 23]),
];

function runs(...parts: readonly (readonly [value: number, count: number])[]): number[] {
  return parts.flatMap(([value, count]) => new Array<number>(count).fill(value));
}

/** The bands that each of a result's is the mean of; a band twice counts twice. */
type Mapping = readonly (readonly number[])[];

const FROM_10_TO_20: Mapping = Array.from({ length: 20 }, (_, band) => [band >> 1]);
const FROM_34_TO_20: Mapping = [
  [0, 0, 1],
  [1, 2, 2],
  [3, 3, 4],
  [4, 5, 5],
  [6, 7],
  [8, 9],
  [10],
  [11],
  [12, 13],
  [14, 15],
  [16],
  [17],
  [18],
  [19],
  [20, 21],
  [22, 23],
  [24, 25],
  [26, 27],
  [28, 29, 30, 31],
  [32, 33],
];
const FROM_20_TO_34: Mapping = [
  [0],
  [0, 1],
  [1],
  [2],
  [2, 3],
  [3],
  ...runs([4, 2], [5, 2], [6, 1], [7, 1], [8, 2], [9, 2], [10, 1], [11, 1], [12, 1], [13, 1]).map(
    only,
  ),
  ...runs([14, 2], [15, 2], [16, 2], [17, 2], [18, 4], [19, 2]).map(only),
];
const FROM_10_TO_34: Mapping = runs(
  ...([
    [0, 3],
    [1, 3],
    [2, 4],
    [3, 2],
    [4, 4],
    [5, 2],
    [6, 2],
    [7, 4],
    [8, 4],
    [9, 6],
  ] as const),
).map(only);

function only(band: number): number[] {
  return [band];
}

/** The mapping between two numbers of bands, of which phases have about half; null if they are the same. */
function mappingOf(from: number, to: 20 | 34): Mapping | null {
  if (from === 10 || from === 5) return to === 20 ? FROM_10_TO_20 : FROM_10_TO_34;
  if (to === 34) return from === 20 || from === 11 ? FROM_20_TO_34 : null;
  return from === 34 || from === 17 ? FROM_34_TO_20 : null;
}

/** Whole parameters for another number of bands; means are cut towards zero. */
export function mappedParameters(values: Int8Array, from: number, to: 20 | 34): Int8Array {
  const mapping = mappingOf(from, to);
  return mapping === null
    ? values
    : Int8Array.from(mapping, (bands) => Math.trunc(mean(bands, values)));
}

/** Factors of mixing for the other number of bands. */
export function mappedFactors(values: Float64Array, to: 20 | 34): Float64Array {
  const mapping = to === 20 ? FROM_34_TO_20 : FROM_20_TO_34;
  const mapped = new Float64Array(34);
  for (const [band, bands] of mapping.entries()) mapped[band] = mean(bands, values);
  return mapped;
}

function mean(bands: readonly number[], values: ArrayLike<number>): number {
  return bands.reduce((sum, band) => sum + (values[band] as number), 0) / bands.length;
}
