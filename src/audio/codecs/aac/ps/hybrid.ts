/** Parametric stereo's finer subbands at low frequencies: a second filter bank (ISO/IEC 14496-3 §8.6.4.3). */
import { SUBBANDS, type Subbands } from "../sbr/quadrature.ts";
import { CENTRE, type HybridLayout, type Split, TAPS } from "./hybrid-layouts.ts";

/** Complex values by band and time: `band * TIMES + time`. */
export interface HybridBands {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** The most times that a frame has. */
export const TIMES = 32;
/** Room for the bands of a layout. */
export function hybridBands({ bandCount }: HybridLayout): HybridBands {
  const length = bandCount * TIMES;
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}

/** The most subbands that a layout splits. */
const MOST_SPLIT = 5;

/** The history of the filters: the last times of the frame before, of the subbands that are split. */
export interface HybridHistory {
  readonly real: readonly Float64Array[];
  readonly imaginary: readonly Float64Array[];
}

/** Nothing came before. */
export function hybridHistory(): HybridHistory {
  const zeros = () => Array.from({ length: MOST_SPLIT }, () => new Float64Array(CENTRE));
  return { real: zeros(), imaginary: zeros() };
}

/** Splits a frame of so many times; the filters look at six times behind it, which `from` has too. */
export function splitBands(
  from: Subbands,
  times: number,
  { splits }: HybridLayout,
  history: HybridHistory,
  into: HybridBands,
): void {
  into.real.fill(0);
  into.imaginary.fill(0);
  let target = 0;
  for (let subband = 0; subband < MOST_SPLIT; subband++) {
    const real = withHistory(from.real, subband, times, history.real[subband] as Float64Array);
    const imaginary = withHistory(
      from.imaginary,
      subband,
      times,
      history.imaginary[subband] as Float64Array,
    );
    const how = splits[subband];
    if (how === undefined) continue;
    for (const [index, filter] of how.filters.entries()) {
      const band = target + (how.targets[index] as number);
      convolve(real, imaginary, filter, into, band * TIMES, times);
    }
    target += how.bandCount;
  }
  for (let subband = splits.length; subband < SUBBANDS; subband++, target++) {
    for (let time = 0; time < times; time++) {
      into.real[target * TIMES + time] = from.real[time * SUBBANDS + subband] as number;
      into.imaginary[target * TIMES + time] = from.imaginary[time * SUBBANDS + subband] as number;
    }
  }
}

/** One subband in time behind its history, which is brought up to date. */
function withHistory(
  values: Float64Array,
  subband: number,
  times: number,
  history: Float64Array,
): Float64Array {
  const joined = new Float64Array(CENTRE + times + CENTRE);
  joined.set(history);
  for (let time = 0; time < times + CENTRE; time++) {
    joined[CENTRE + time] = values[time * SUBBANDS + subband] as number;
  }
  history.set(joined.subarray(times, times + CENTRE));
  return joined;
}

function convolve(
  real: Float64Array,
  imaginary: Float64Array,
  { cos, sin }: Split["filters"][0],
  into: HybridBands,
  start: number,
  times: number,
): void {
  for (let time = 0; time < times; time++) {
    let re = 0;
    let im = 0;
    for (let tap = 0; tap < TAPS; tap++) {
      const [a, b] = [real[time + tap] as number, imaginary[time + tap] as number];
      const [c, s] = [cos[tap] as number, sin[tap] as number];
      re += a * c + b * s;
      im += b * c - a * s;
    }
    into.real[start + time] = (into.real[start + time] as number) + re;
    into.imaginary[start + time] = (into.imaginary[start + time] as number) + im;
  }
}

/** Adds up what was split. */
export function joinBands(
  from: HybridBands,
  times: number,
  { splits }: HybridLayout,
  into: Subbands,
): void {
  into.real.fill(0);
  into.imaginary.fill(0);
  let band = 0;
  for (let subband = 0; subband < SUBBANDS; subband++) {
    const end = band + (splits[subband]?.bandCount ?? 1);
    for (; band < end; band++) {
      for (let time = 0; time < times; time++) {
        const to = time * SUBBANDS + subband;
        into.real[to] = (into.real[to] as number) + (from.real[band * TIMES + time] as number);
        into.imaginary[to] =
          (into.imaginary[to] as number) + (from.imaginary[band * TIMES + time] as number);
      }
    }
  }
}
