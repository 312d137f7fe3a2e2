/** Temporal noise shaping (ISO/IEC 14496-3 §4.6.9): the spectrum is filtered along frequency. */
import { type BitReader, readBits } from "../bits.ts";
import { EIGHT_SHORT, type StreamTables, type Windows } from "./bitstream/windows.ts";
import { brokenFrame } from "./broken-frame.ts";
import { MAIN } from "./setup/audio-specific-config.ts";

/** One filter. */
interface ShapingFilter {
  /** The number of bands that it reaches down, from the end of the one before. */
  readonly bandCount: number;
  readonly isDownward: boolean;
  /** Of the linear prediction, without the leading 1. */
  readonly coefficients: readonly number[];
}

/** The filters of each window, from the highest bands down. */
export type NoiseShaping = readonly (readonly ShapingFilter[])[];

const MOST_SHORT_ORDER = 7;
const MOST_LONG_ORDER = 12;
const MOST_MAIN_ORDER = 20;

/** Reads tns_data. */
export function readNoiseShaping(
  reader: BitReader,
  { sequence, groups }: Windows,
  { objectType }: StreamTables,
): NoiseShaping {
  const isShort = sequence === EIGHT_SHORT;
  const longOrder = objectType === MAIN ? MOST_MAIN_ORDER : MOST_LONG_ORDER;
  const mostOrder = isShort ? MOST_SHORT_ORDER : longOrder;
  const windowCount = groups.reduce((sum, count) => sum + count, 0);
  return Array.from({ length: windowCount }, () => {
    const filterCount = readBits(reader, isShort ? 1 : 2);
    if (filterCount === 0) return [];
    const resolution = 3 + readBits(reader, 1);
    return Array.from({ length: filterCount }, (): ShapingFilter => {
      const bandCount = readBits(reader, isShort ? 4 : 6);
      const order = readBits(reader, isShort ? 3 : 5);
      if (order > mostOrder) throw brokenFrame();
      if (order === 0) return { bandCount, isDownward: false, coefficients: [] };
      const isDownward = readBits(reader, 1) === 1;
      const bits = resolution - readBits(reader, 1);
      const reflections = Array.from({ length: order }, () =>
        reflectionOf(readBits(reader, bits), bits, resolution),
      );
      return { bandCount, isDownward, coefficients: predictionOf(reflections) };
    });
  });
}

/** A quantised reflection coefficient, of which compression leaves out the highest bit. */
function reflectionOf(code: number, bits: number, resolution: number): number {
  const value = code >= 1 << (bits - 1) ? code - (1 << bits) : code;
  const steps = 2 ** (resolution - 1) + (value < 0 ? 0.5 : -0.5);
  return Math.sin((value * Math.PI) / 2 / steps);
}

/** Reflection coefficients → linear prediction. */
function predictionOf(reflections: readonly number[]): number[] {
  let prediction: number[] = [];
  for (const [order, reflection] of reflections.entries()) {
    const before = prediction;
    prediction = before.map(
      (value, index) => value + reflection * (before[order - 1 - index] as number),
    );
    prediction.push(reflection);
  }
  return prediction;
}

/** Filters the spectrum of a channel, window by window. */
export function shapeNoise(spectrum: Float64Array, shaping: NoiseShaping, windows: Windows): void {
  filterSpectrum(spectrum, shaping, windows, allPole);
}

/** Undoes `shapeNoise`, which is what long-term prediction needs. */
export function unshapeNoise(
  spectrum: Float64Array,
  shaping: NoiseShaping,
  windows: Windows,
): void {
  filterSpectrum(spectrum, shaping, windows, allZero);
}

type Filter = (
  values: Float64Array,
  start: number,
  step: number,
  count: number,
  by: readonly number[],
) => void;

function filterSpectrum(
  spectrum: Float64Array,
  shaping: NoiseShaping,
  { bands, bandCount, windowLength }: Windows,
  filter: Filter,
): void {
  const highest = Math.min(bands.shapedCount, bandCount);
  for (const [window, filters] of shaping.entries()) {
    let top = bands.offsets.length - 1;
    for (const { bandCount: reach, isDownward, coefficients } of filters) {
      const bottom = Math.max(top - reach, 0);
      const start = window * windowLength + (bands.offsets[Math.min(bottom, highest)] as number);
      const end = window * windowLength + (bands.offsets[Math.min(top, highest)] as number);
      top = bottom;
      if (coefficients.length === 0 || end <= start) continue;
      if (isDownward) filter(spectrum, end - 1, -1, end - start, coefficients);
      else filter(spectrum, start, 1, end - start, coefficients);
    }
  }
}

function allPole(
  values: Float64Array,
  start: number,
  step: number,
  count: number,
  by: readonly number[],
): void {
  for (let index = 0; index < count; index++) {
    const at = start + index * step;
    let value = values[at] as number;
    for (let back = 1; back <= Math.min(index, by.length); back++) {
      value -= (by[back - 1] as number) * (values[at - back * step] as number);
    }
    values[at] = value;
  }
}

function allZero(
  values: Float64Array,
  start: number,
  step: number,
  count: number,
  by: readonly number[],
): void {
  for (let index = count - 1; index >= 0; index--) {
    const at = start + index * step;
    let value = values[at] as number;
    for (let back = 1; back <= Math.min(index, by.length); back++) {
      value += (by[back - 1] as number) * (values[at - back * step] as number);
    }
    values[at] = value;
  }
}
