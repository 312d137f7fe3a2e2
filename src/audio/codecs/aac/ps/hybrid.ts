/** Parametric stereo's finer subbands at low frequencies: a second filter bank (ISO/IEC 14496-3 §8.6.4.3). */
import { SUBBANDS, type Subbands } from "../sbr/quadrature.ts";

/** Complex values by band and time: `band * TIMES + time`. */
export interface HybridBands {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** The most times that a frame has. */
export const TIMES = 32;
const TAPS = 13;
const CENTRE = 6;

/** Halves of symmetric filters, up to their middle (tables 8.36 to 8.38). */
const PROTOTYPES = {
  two: [0, 0.01899487526049, 0, -0.07293139167538, 0, 0.30596630545168, 0.5],
  four: [
    -0.05908211155639, -0.04871498374946, 0, 0.07778723915851, 0.16486303567403, 0.23279856662996,
    0.25,
  ],
  eight: [
    0.00746082949812, 0.02270420949825, 0.04546865930473, 0.07266113929591, 0.09885108575264,
    0.11793710567217, 0.125,
  ],
  eightOf34: [
    0.01565675600122, 0.03752716391991, 0.05417891378782, 0.08417044116767, 0.10307344158036,
    0.12222452249753, 0.125,
  ],
  twelve: [
    0.04081179924692, 0.03812810994926, 0.05144908135699, 0.06399831151592, 0.07428313801106,
    0.08100347892914, 0.08333333333333,
  ],
} as const;

/** How one subband of the first bank is split. */
interface Split {
  readonly filters: readonly { readonly cos: Float64Array; readonly sin: Float64Array }[];
  /** Which band each filter's output is added to, counted from the split's first one. */
  readonly targets: readonly number[];
  readonly bandCount: number;
}

/** One of the two layouts: 20 or 34 bands of parameters. */
export interface HybridLayout {
  readonly splits: readonly Split[];
  readonly bandCount: number;
}

function split(
  prototype: readonly number[],
  turns: readonly number[],
  targets: readonly number[],
): Split {
  const filters = turns.map((turn) => {
    const taps = Array.from({ length: TAPS }, (_, tap) => tap - CENTRE);
    const value = (tap: number) => prototype[CENTRE - Math.abs(tap)] as number;
    return {
      cos: Float64Array.from(taps, (tap) => value(tap) * Math.cos(2 * Math.PI * turn * tap)),
      sin: Float64Array.from(taps, (tap) => value(tap) * Math.sin(2 * Math.PI * turn * tap)),
    };
  });
  return { filters, targets, bandCount: Math.max(...targets) + 1 };
}

/** Filters at odd multiples of half a band, each a band of its own. */
function evenSplit(prototype: readonly number[], count: number): Split {
  const indices = Array.from({ length: count }, (_, index) => index);
  return split(
    prototype,
    indices.map((index) => (index + 0.5) / count),
    indices,
  );
}

const EIGHTHS = Array.from({ length: 8 }, (_, index) => (index + 0.5) / 8);

function layout(splits: readonly Split[]): HybridLayout {
  const fine = splits.reduce((sum, { bandCount }) => sum + bandCount, 0);
  return { splits, bandCount: fine + SUBBANDS - splits.length };
}

/** 71 bands; of the lowest subband's eight, four are joined to two. */
export const LAYOUT_20 = layout([
  split(PROTOTYPES.eight, EIGHTHS, [2, 3, 4, 5, 5, 4, 0, 1]),
  split(PROTOTYPES.two, [0, 0.5], [1, 0]),
  split(PROTOTYPES.two, [0, 0.5], [0, 1]),
]);

/** 91 bands. */
export const LAYOUT_34 = layout([
  evenSplit(PROTOTYPES.twelve, 12),
  evenSplit(PROTOTYPES.eightOf34, 8),
  evenSplit(PROTOTYPES.four, 4),
  evenSplit(PROTOTYPES.four, 4),
  evenSplit(PROTOTYPES.four, 4),
]);

/** Room for the bands of a layout. */
export function hybridBands({ bandCount }: HybridLayout): HybridBands {
  const length = bandCount * TIMES;
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}

/** The most subbands that a layout splits. */
const MOST_SPLIT = 5;

/** What the filters still need of the frame before: its last times of the subbands that are split. */
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
  { splits, bandCount }: HybridLayout,
  history: HybridHistory,
): HybridBands {
  const into = hybridBands({ splits, bandCount });
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
  return into;
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
export function joinBands(from: HybridBands, times: number, { splits }: HybridLayout): Subbands {
  const length = times * SUBBANDS;
  const into = { real: new Float64Array(length), imaginary: new Float64Array(length) };
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
  return into;
}
