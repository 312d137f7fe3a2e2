/** The second signal that parametric stereo mixes with: the sum, spread in time and freed of transients (ISO/IEC 14496-3 §8.6.4.5). */
import { type HybridBands, type HybridLayout, hybridBands, LAYOUT_20, TIMES } from "./hybrid.ts";
import { PARAMETER_OF_20, PARAMETER_OF_34 } from "./layouts.ts";

/** What a layout's bands are delayed by. */
interface Delays {
  readonly layout: HybridLayout;
  readonly parameterOf: readonly number[];
  readonly parameterCount: number;
  /** Bands with all-pass filters; those behind are delayed by 14 times, and from `shortFrom` on by one. */
  readonly allPassCount: number;
  readonly shortFrom: number;
  /** From this band on, all-pass filters fade out. */
  readonly fadeFrom: number;
  readonly centres: readonly number[];
}

const CENTRES_20 = [-3, -1, 1, 3, 5, 7, 10, 14, 18, 22].map((eighths) => eighths / 8);
const CENTRES_34 = [
  2, 6, 10, 14, 18, 22, 26, 30, 34, -10, -6, -2, 51, 57, 15, 21, 27, 33, 39, 45, 54, 66, 78, 42,
  102, 66, 78, 90, 102, 114, 126, 90,
].map((parts) => parts / 24);

/** Delays of a layout. */
export function delaysOf(layout: HybridLayout): Delays {
  const isFine = layout !== LAYOUT_20;
  return {
    layout,
    parameterOf: isFine ? PARAMETER_OF_34 : PARAMETER_OF_20,
    parameterCount: isFine ? 34 : 20,
    allPassCount: isFine ? 50 : 30,
    shortFrom: isFine ? 62 : 42,
    fadeFrom: isFine ? 32 : 10,
    centres: Array.from({ length: isFine ? 50 : 30 }, (_, band) =>
      isFine ? (CENTRES_34[band] ?? band - 26.5) : (CENTRES_20[band] ?? band - 6.5),
    ),
  };
}

const LONG_DELAY = 14;
const SHORT_DELAY = 1;
const ALL_PASS_DELAY = 2;
/** Of the three filters in a row: their delays, parts of a delay, and feedback. */
const LINKS = [
  { delay: 3, fraction: 0.43, feedback: 0.65143905753106 },
  { delay: 4, fraction: 0.75, feedback: 0.56471812200776 },
  { delay: 5, fraction: 0.347, feedback: 0.48954165655695 },
] as const;
const LONGEST_LINK = 5;
const WHOLE_FRACTION = 0.39;
const FADE = 0.05;
const PEAK_DECAY = 0.76592833836465;
const SMOOTHING = 0.25;
const TRANSIENT_IMPACT = 1.5;

/** A layout's decorrelation, which keeps what is delayed from frame to frame. */
export interface Decorrelator {
  apply(from: HybridBands, times: number): HybridBands;
}

/** Decorrelation at its start. */
export function decorrelator(layout: HybridLayout): Decorrelator {
  const delays = delaysOf(layout);
  const suppress = transientSuppression(delays);
  const past = Array.from({ length: layout.bandCount }, () => complex(LONG_DELAY + TIMES));
  const chains = delays.centres.map((centre, band) => allPassChain(centre, band, delays));
  return {
    apply(from, times) {
      const gains = suppress(from, times);
      const into = hybridBands(layout);
      for (const [band, delayed] of past.entries()) {
        delayed.real.set(from.real.subarray(band * TIMES, band * TIMES + times), LONG_DELAY);
        delayed.imaginary.set(
          from.imaginary.subarray(band * TIMES, band * TIMES + times),
          LONG_DELAY,
        );
        const gain = gains[delays.parameterOf[band] as number] as Float64Array;
        const output = {
          real: into.real.subarray(band * TIMES, band * TIMES + times),
          imaginary: into.imaginary.subarray(band * TIMES, band * TIMES + times),
        };
        const chain = chains[band];
        if (chain === undefined) {
          const delay = band < delays.shortFrom ? LONG_DELAY : SHORT_DELAY;
          output.real.set(delayed.real.subarray(LONG_DELAY - delay, LONG_DELAY - delay + times));
          output.imaginary.set(
            delayed.imaginary.subarray(LONG_DELAY - delay, LONG_DELAY - delay + times),
          );
        } else {
          chain.apply(delayed, output, times);
        }
        for (let time = 0; time < times; time++) {
          output.real[time] = (output.real[time] as number) * (gain[time] as number);
          output.imaginary[time] = (output.imaginary[time] as number) * (gain[time] as number);
        }
        delayed.real.copyWithin(0, times, times + LONG_DELAY);
        delayed.imaginary.copyWithin(0, times, times + LONG_DELAY);
      }
      return into;
    },
  };
}

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

function complex(length: number): Complex {
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}

/** Three all-pass filters in a row, of one band. */
function allPassChain(centre: number, band: number, { fadeFrom }: Delays) {
  const fade = Math.min(Math.max(1 - FADE * (band - fadeFrom), 0), 1);
  const whole = turn(WHOLE_FRACTION * centre);
  const links = LINKS.map(({ delay, fraction, feedback }) => ({
    delay,
    feedback: feedback * fade,
    turn: turn(fraction * centre),
    memory: complex(LONGEST_LINK + TIMES),
  }));
  return {
    apply(delayed: Complex, output: Complex, times: number) {
      for (let time = 0; time < times; time++) {
        const place = LONG_DELAY - ALL_PASS_DELAY + time;
        const [a, b] = [delayed.real[place] as number, delayed.imaginary[place] as number];
        let re = a * whole.cos - b * whole.sin;
        let im = a * whole.sin + b * whole.cos;
        for (const { delay, feedback, turn: by, memory } of links) {
          const back = LONGEST_LINK + time - delay;
          const [c, d] = [memory.real[back] as number, memory.imaginary[back] as number];
          const outRe = c * by.cos - d * by.sin - feedback * re;
          const outIm = c * by.sin + d * by.cos - feedback * im;
          memory.real[LONGEST_LINK + time] = re + feedback * outRe;
          memory.imaginary[LONGEST_LINK + time] = im + feedback * outIm;
          re = outRe;
          im = outIm;
        }
        output.real[time] = re;
        output.imaginary[time] = im;
      }
      for (const { memory } of links) {
        memory.real.copyWithin(0, times, times + LONGEST_LINK);
        memory.imaginary.copyWithin(0, times, times + LONGEST_LINK);
      }
    },
  };
}

/** A fraction of a delay at a frequency. */
function turn(amount: number): { readonly cos: number; readonly sin: number } {
  return { cos: Math.cos(-Math.PI * amount), sin: Math.sin(-Math.PI * amount) };
}

/** Factors by parameter and time that hold transients back, which would be smeared. */
function transientSuppression({ layout, parameterOf, parameterCount }: Delays) {
  const peak = new Float64Array(parameterCount);
  const smooth = new Float64Array(parameterCount);
  const difference = new Float64Array(parameterCount);
  return ({ real, imaginary }: HybridBands, times: number): Float64Array[] => {
    const powers = Array.from({ length: parameterCount }, () => new Float64Array(times));
    for (let band = 0; band < layout.bandCount; band++) {
      const power = powers[parameterOf[band] as number] as Float64Array;
      for (let time = 0; time < times; time++) {
        const [a, b] = [
          real[band * TIMES + time] as number,
          imaginary[band * TIMES + time] as number,
        ];
        power[time] = (power[time] as number) + a * a + b * b;
      }
    }
    return powers.map((power, parameter) =>
      power.map((now) => {
        const decayed = Math.max(PEAK_DECAY * (peak[parameter] as number), now);
        const even =
          (smooth[parameter] as number) + SMOOTHING * (now - (smooth[parameter] as number));
        const above = difference[parameter] as number;
        const excess = above + SMOOTHING * (decayed - now - above);
        peak[parameter] = decayed;
        smooth[parameter] = even;
        difference[parameter] = excess;
        const impact = TRANSIENT_IMPACT * excess;
        return impact > even ? even / impact : 1;
      }),
    );
  };
}
