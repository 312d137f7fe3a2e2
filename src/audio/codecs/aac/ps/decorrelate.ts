/** The second signal that parametric stereo mixes with: the sum, spread in time and freed of transients (ISO/IEC 14496-3 §8.6.4.5). */

import { type Delays, delaysOf } from "./delays.ts";
import { type HybridBands, hybridBands, TIMES } from "./hybrid.ts";
import type { HybridLayout } from "./hybrid-layouts.ts";
import { transientSuppression } from "./transients.ts";

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

/** A layout's decorrelation, which keeps what is delayed from frame to frame. */
export interface Decorrelator {
  /** The result belongs to the caller until the next frame. */
  apply(from: HybridBands, times: number): HybridBands;
}

/** Decorrelation at its start. */
export function decorrelator(layout: HybridLayout): Decorrelator {
  const delays = delaysOf(layout);
  const suppress = transientSuppression(delays, layout.bandCount);
  const into = hybridBands(layout);
  const past = Array.from({ length: layout.bandCount }, () => complex(LONG_DELAY + TIMES));
  const chains = delays.centres.map((centre, band) => allPassChain(centre, band, delays));
  return {
    apply(from, times) {
      const gains = suppress(from, times);
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
