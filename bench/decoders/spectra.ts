/** Similarity of two magnitude spectra in a frequency band. */
import { cosineTransform } from "../../src/audio/codecs/aac/filter-bank/cosine-transform.ts";

/** A band in Hz. */
export type Band = readonly [lowestHz: number, highestHz: number];

/** Similarity of two signals' magnitudes. */
export interface Likeness {
  /** Of the magnitudes of all times and frequencies of the band. */
  readonly correlation: number;
  /** By how much the first is louder. */
  readonly differenceDb: number;
}

const WINDOW_SAMPLES = 512;
const HOP_SAMPLES = 256;

/** Compares the magnitudes of two signals of one rate in a band. */
export function likeness(
  one: Float32Array,
  other: Float32Array,
  rateHz: number,
  band: Band,
): Likeness {
  const [a, b] = [magnitudesIn(one, rateHz, band), magnitudesIn(other, rateHz, band)];
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb, powerA, powerB] = [0, 0, 0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[index] as number) - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
    powerA += value ** 2;
    powerB += (b[index] as number) ** 2;
  }
  return { correlation: ab / Math.sqrt(aa * bb), differenceDb: 10 * Math.log10(powerA / powerB) };
}

/** Of each window: magnitudes of a cosine and a sine transform together, which are those of a Fourier transform. */
function magnitudesIn(
  samples: Float32Array,
  rateHz: number,
  [lowestHz, highestHz]: Band,
): number[] {
  const transform = cosineTransform(WINDOW_SAMPLES);
  const frequencyOf = (index: number) => ((index + 0.5) * rateHz) / 2 / WINDOW_SAMPLES;
  const magnitudes: number[] = [];
  for (let start = 0; start + WINDOW_SAMPLES <= samples.length; start += HOP_SAMPLES) {
    const cosines = new Float64Array(WINDOW_SAMPLES);
    const sines = new Float64Array(WINDOW_SAMPLES);
    for (let at = 0; at < WINDOW_SAMPLES; at++) {
      const window = Math.sin((Math.PI * (at + 0.5)) / WINDOW_SAMPLES) ** 2;
      cosines[at] = window * (samples[start + at] as number);
      sines[at] = at % 2 === 0 ? (cosines[at] as number) : -(cosines[at] as number);
    }
    transform(cosines);
    transform(sines);
    for (let index = 0; index < WINDOW_SAMPLES; index++) {
      if (frequencyOf(index) < lowestHz || frequencyOf(index) > highestHz) continue;
      const sine = sines[WINDOW_SAMPLES - 1 - index] as number;
      magnitudes.push(Math.hypot(cosines[index] as number, sine));
    }
  }
  return magnitudes;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
