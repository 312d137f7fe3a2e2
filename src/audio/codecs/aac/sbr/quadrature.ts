/** SBR's filter banks, which split a signal into complex subbands and join them (ISO/IEC 14496-3 §4.6.18.4). */
import { cosineTransform } from "../filter-bank/cosine-transform.ts";
import { QMF_WINDOW } from "./qmf-window.ts";

/** Complex values by time and subband: `time * SUBBANDS + subband`. */
export interface Subbands {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

export const SUBBANDS = 64;
/** Of the lower half of the spectrum, which the core has. */
export const CORE_SUBBANDS = 32;
const ANALYSIS_TAPS = 320;
const SYNTHESIS_TAPS = 1280;

/** Room for so many samples in time. */
export function subbands(times: number): Subbands {
  const length = times * SUBBANDS;
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}

/** Splits samples of the core's rate, 32 to a time. */
export type Analysis = (samples: Float64Array, into: Subbands) => void;

/** A channel's analysis at its start. */
export function qmfAnalysis(): Analysis {
  const transform = cosineTransform(SUBBANDS);
  const history = new Float64Array(ANALYSIS_TAPS);
  const folded = new Float64Array(SUBBANDS);
  return (samples, { real, imaginary }) => {
    for (let time = 0; time * CORE_SUBBANDS < samples.length; time++) {
      history.copyWithin(CORE_SUBBANDS, 0);
      for (let index = 0; index < CORE_SUBBANDS; index++) {
        history[CORE_SUBBANDS - 1 - index] = samples[time * CORE_SUBBANDS + index] as number;
      }
      for (let index = 0; index < SUBBANDS; index++) {
        let sum = 0;
        for (let tap = index; tap < ANALYSIS_TAPS; tap += SUBBANDS) {
          sum += (history[tap] as number) * (QMF_WINDOW[2 * tap] as number);
        }
        // Angles of (2n − ½)(k + ½) π / 64, as a cosine transform has them.
        if (index === 0) folded[0] = sum;
        else if (index <= CORE_SUBBANDS) folded[2 * index - 1] = sum;
        else folded[2 * SUBBANDS - 2 * index] = -sum;
      }
      transform(folded);
      for (let band = 0; band < CORE_SUBBANDS; band++) {
        real[time * SUBBANDS + band] = 2 * (folded[band] as number);
        imaginary[time * SUBBANDS + band] = -2 * (folded[SUBBANDS - 1 - band] as number);
      }
    }
  };
}

/** Joins the subbands of so many times into samples, 64 to a time, or 32 if the rate stays the core's. */
export type Synthesis = (from: Subbands, times: number) => Float64Array;

/** A channel's synthesis at its start. */
export function qmfSynthesis(isDownsampled: boolean): Synthesis {
  const bands = isDownsampled ? CORE_SUBBANDS : SUBBANDS;
  const step = SUBBANDS / bands;
  const transform = cosineTransform(SUBBANDS);
  const history = new Float64Array(SYNTHESIS_TAPS / step);
  const cosines = new Float64Array(SUBBANDS);
  const sines = new Float64Array(SUBBANDS);
  return ({ real, imaginary }, times) => {
    const samples = new Float64Array(times * bands);
    for (let time = 0; time < times; time++) {
      history.copyWithin(2 * bands, 0);
      cosines.fill(0);
      sines.fill(0);
      for (let band = 0; band < bands; band++) {
        cosines[band] = (real[time * SUBBANDS + band] as number) / SUBBANDS;
        sines[SUBBANDS - 1 - band] = (imaginary[time * SUBBANDS + band] as number) / SUBBANDS;
      }
      transform(cosines);
      // Of the values in reverse, with every other sign turned, it is a sine transform.
      transform(sines);
      for (let index = 0; index < bands; index++) {
        const low = index * step;
        const high = low + step - 1;
        history[index] = sineAt(sines, low) - (cosines[low] as number);
        history[2 * bands - 1 - index] = sineAt(sines, high) + (cosines[high] as number);
      }
      for (let index = 0; index < bands; index++) {
        let sum = 0;
        for (let block = 0; block < 5; block++) {
          const tap = (2 * block * bands + index) * step;
          sum +=
            (history[4 * block * bands + index] as number) * (QMF_WINDOW[tap] as number) +
            (history[4 * block * bands + 3 * bands + index] as number) *
              (QMF_WINDOW[tap + SUBBANDS] as number);
        }
        samples[time * bands + index] = sum;
      }
    }
    return samples;
  };
}

function sineAt(sines: Float64Array, index: number): number {
  return index % 2 === 0 ? (sines[index] as number) : -(sines[index] as number);
}
