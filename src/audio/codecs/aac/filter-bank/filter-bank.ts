/**
 * Spectrum → samples: windowed inverse transforms that overlap (ISO/IEC 14496-3 §4.6.11). Long because windows of every
 * sequence share its tables.
 */

import { EIGHT_SHORT, LONG_START, LONG_STOP, type Windows } from "../bitstream/windows.ts";
import { type CosineTransform, cosineTransform } from "./cosine-transform.ts";
import { kaiserSlope, sineSlope } from "./slopes.ts";

/** One channel's filter bank, which keeps the second half of the frame before. */
export interface FilterBank {
  /**
   * The frame's samples, at the scale of 16-bit integers; they are the caller's until the next frame.
   * @param spectrum is overwritten.
   */
  synthesize(spectrum: Float64Array, windows: Windows): Float64Array;
  /** The overlap with the next frame, which long-term prediction reads. */
  readonly overlap: Float64Array;
  /** The shape that the next frame's window rises with. */
  readonly shape: number;
}

/** Transforms, windows and room to work in, which depend on the frame's length alone. */
export interface FilterTables {
  readonly long: CosineTransform;
  readonly short: CosineTransform;
  /** Rising halves, by shape. */
  readonly longSlopes: readonly Float64Array[];
  readonly shortSlopes: readonly Float64Array[];
  readonly frameSamples: number;
  /** Twice the samples of a frame, and of a short window. */
  readonly frame: Float64Array;
  readonly shortFrame: Float64Array;
}

const LONG_ALPHA = 4;
const SHORT_ALPHA = 6;

/** The tables of frames of 1024 or 960 samples. */
export function filterTables(frameSamples: number): FilterTables {
  const short = frameSamples / 8;
  return {
    long: cosineTransform(frameSamples),
    short: cosineTransform(short),
    longSlopes: [sineSlope(frameSamples), kaiserSlope(frameSamples, LONG_ALPHA)],
    shortSlopes: [sineSlope(short), kaiserSlope(short, SHORT_ALPHA)],
    frameSamples,
    frame: new Float64Array(2 * frameSamples),
    shortFrame: new Float64Array(2 * short),
  };
}

/** A channel's filter bank at its start. */
export function filterBank(tables: FilterTables): FilterBank {
  const { frameSamples } = tables;
  const overlap = new Float64Array(frameSamples);
  const samples = new Float64Array(frameSamples);
  let shape = 0;
  return {
    overlap,
    get shape() {
      return shape;
    },
    synthesize(spectrum, windows) {
      const windowed = windowedFrame(spectrum, windows, shape, tables);
      for (let at = 0; at < frameSamples; at++) {
        samples[at] = (overlap[at] as number) + (windowed[at] as number);
      }
      overlap.set(windowed.subarray(frameSamples));
      shape = windows.shape;
      return samples;
    },
  };
}

/** Twice a frame's samples, to be overlapped, in the tables' room; they rise in the shape of the frame before. */
function windowedFrame(
  spectrum: Float64Array,
  { sequence, shape }: Windows,
  shapeBefore: number,
  tables: FilterTables,
): Float64Array {
  const { frameSamples, shortSlopes, frame, shortFrame } = tables;
  const shortLength = frameSamples / 8;
  const flat = (frameSamples - shortLength) / 2;
  if (sequence === EIGHT_SHORT) {
    frame.fill(0);
    for (let window = 0; window < 8; window++) {
      const coefficients = spectrum.subarray(window * shortLength, (window + 1) * shortLength);
      inverse(coefficients, tables.short, shortFrame);
      rise(shortFrame, 0, shortSlopes[window === 0 ? shapeBefore : shape] as Float64Array);
      fall(shortFrame, shortLength, shortSlopes[shape] as Float64Array);
      const start = flat + window * shortLength;
      for (let index = 0; index < shortFrame.length; index++) {
        frame[start + index] = (frame[start + index] as number) + (shortFrame[index] as number);
      }
    }
    return frame;
  }
  inverse(spectrum, tables.long, frame);
  windowLong(frame, sequence, tables, shapeBefore, shape);
  return frame;
}

/** Windows twice a frame's samples in place, for sequences of long windows. */
function windowLong(
  frame: Float64Array,
  sequence: number,
  { frameSamples, longSlopes, shortSlopes }: FilterTables,
  shapeBefore: number,
  shape: number,
): void {
  const shortLength = frameSamples / 8;
  const flat = (frameSamples - shortLength) / 2;
  if (sequence === LONG_STOP) {
    frame.fill(0, 0, flat);
    rise(frame, flat, shortSlopes[shapeBefore] as Float64Array);
  } else {
    rise(frame, 0, longSlopes[shapeBefore] as Float64Array);
  }
  if (sequence === LONG_START) {
    fall(frame, frameSamples + flat, shortSlopes[shape] as Float64Array);
    frame.fill(0, frameSamples + flat + shortLength);
  } else {
    fall(frame, frameSamples, longSlopes[shape] as Float64Array);
  }
}

function rise(frame: Float64Array, start: number, slope: Float64Array): void {
  for (let index = 0; index < slope.length; index++) {
    frame[start + index] = (frame[start + index] as number) * (slope[index] as number);
  }
}

function fall(frame: Float64Array, start: number, slope: Float64Array): void {
  const last = slope.length - 1;
  for (let index = 0; index <= last; index++) {
    frame[start + index] = (frame[start + index] as number) * (slope[last - index] as number);
  }
}

/** The inverse modified cosine transform into twice as many values as there are coefficients, which are overwritten. */
function inverse(
  coefficients: Float64Array,
  transform: CosineTransform,
  values: Float64Array,
): void {
  const count = coefficients.length;
  const half = count / 2;
  transform(coefficients);
  for (let index = 0; index < half; index++) {
    const upper = (coefficients[half + index] as number) / count;
    const lower = (coefficients[half - 1 - index] as number) / count;
    values[index] = upper;
    values[count - 1 - index] = -upper;
    values[count + index] = -lower;
    values[2 * count - 1 - index] = -lower;
  }
}

/** The spectrum of twice a frame's samples, windowed as `windowedFrame` does for long windows. */
export function foldedFrame(
  frame: Float64Array,
  { sequence, shape }: Windows,
  shapeBefore: number,
  tables: FilterTables,
): Float64Array {
  const { frameSamples: count } = tables;
  const windowed = frame.slice();
  windowLong(windowed, sequence, tables, shapeBefore, shape);
  const half = count / 2;
  const folded = new Float64Array(count);
  for (let index = 0; index < half; index++) {
    folded[index] =
      -2 * ((windowed[3 * half - 1 - index] as number) + (windowed[3 * half + index] as number));
    folded[half + index] =
      2 * ((windowed[index] as number) - (windowed[count - 1 - index] as number));
  }
  tables.long(folded);
  return folded;
}
