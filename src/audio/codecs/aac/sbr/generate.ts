/** The high band made of the low one: patches copied upwards, tones flattened (ISO/IEC 14496-3 §4.6.18.6). */
import type { SbrBands } from "./bands.ts";
import { SUBBANDS, type Subbands } from "./quadrature.ts";

/** Two complex coefficients of each subband's linear prediction in time. */
export interface Predictors {
  readonly first: Subbands;
  readonly second: Subbands;
}

/** Prediction is given up where it would amplify. */
const HIGHEST_POWER = 16;
/** Keeps the solution from a division by almost nothing. */
const RELAXATION = 1 + 1e-6;

/**
 * The prediction of each low subband, by the covariance method.
 * @param times how many times of `low` to look at.
 */
export function predictorsOf(low: Subbands, count: number, times: number): Predictors {
  const zeros = () => ({ real: new Float64Array(count), imaginary: new Float64Array(count) });
  const predictors = { first: zeros(), second: zeros() };
  for (let band = 0; band < count; band++) {
    const p01 = covariance(low, band, times, 2, 1);
    const p02 = covariance(low, band, times, 2, 0);
    const p12 = covariance(low, band, times, 1, 0);
    const [p11] = covariance(low, band, times, 1, 1);
    const [p22] = covariance(low, band, times, 0, 0);
    const determinant = p22 * p11 - (p12[0] ** 2 + p12[1] ** 2) / RELAXATION;
    let [re1, im1, re0, im0] = [0, 0, 0, 0];
    if (determinant !== 0) {
      re1 = (p01[0] * p12[0] - p01[1] * p12[1] - p02[0] * p11) / determinant;
      im1 = (p01[0] * p12[1] + p01[1] * p12[0] - p02[1] * p11) / determinant;
    }
    if (p11 !== 0) {
      re0 = -(p01[0] + re1 * p12[0] + im1 * p12[1]) / p11;
      im0 = -(p01[1] + im1 * p12[0] - re1 * p12[1]) / p11;
    }
    if (re1 ** 2 + im1 ** 2 >= HIGHEST_POWER || re0 ** 2 + im0 ** 2 >= HIGHEST_POWER) continue;
    predictors.first.real[band] = re0;
    predictors.first.imaginary[band] = im0;
    predictors.second.real[band] = re1;
    predictors.second.imaginary[band] = im1;
  }
  return predictors;
}

/** Σ x[t + one] · x*[t + other]. */
function covariance(
  { real, imaginary }: Subbands,
  band: number,
  times: number,
  one: number,
  other: number,
): [real: number, imaginary: number] {
  let re = 0;
  let im = 0;
  for (let time = 0; time < times; time++) {
    const a = (time + one) * SUBBANDS + band;
    const b = (time + other) * SUBBANDS + band;
    const ar = real[a] as number;
    const ai = imaginary[a] as number;
    const br = real[b] as number;
    const bi = imaginary[b] as number;
    re += ar * br + ai * bi;
    im += ai * br - ar * bi;
  }
  return [re, im];
}

const FLATTENING = [0, 0.75, 0.9, 0.98];
const FIRST_FLATTENING = 0.6;
const LEAST_FLATTENING = 0.015625;

/** The flattening of each noise band's tones, smoothed from frame to frame (§4.6.18.6.2). */
export function smoothFlattening(
  modes: readonly number[],
  modesBefore: readonly number[],
  before: readonly number[],
): number[] {
  return modes.map((mode, band) => {
    const isChange = mode + (modesBefore[band] ?? 0) === 1;
    const wanted = isChange ? FIRST_FLATTENING : (FLATTENING[mode] as number);
    const last = before[band] ?? 0;
    const share = wanted < last ? 0.75 : 0.90625;
    const smoothed = share * wanted + (1 - share) * last;
    return smoothed < LEAST_FLATTENING ? 0 : smoothed;
  });
}

/** The parameters of a frame's high band. */
export interface Generation {
  readonly bands: SbrBands;
  readonly predictors: Predictors;
  readonly flattening: readonly number[];
  /** From and to which time of `low`. */
  readonly begin: number;
  readonly end: number;
}

/** Fills the subbands of the patches. */
export function generateHighBand(low: Subbands, high: Subbands, generation: Generation): void {
  const { bands, predictors, flattening, begin, end } = generation;
  let target = bands.start;
  for (const patch of bands.patches) {
    for (let offset = 0; offset < patch.count; offset++, target++) {
      const source = patch.from + offset;
      const noiseBand = bands.noise.findIndex((border) => border > target) - 1;
      const amount = flattening[noiseBand < 0 ? flattening.length - 1 : noiseBand] as number;
      const [r0, i0] = scaled(predictors.first, source, amount);
      const [r1, i1] = scaled(predictors.second, source, amount * amount);
      for (let time = begin; time < end; time++) {
        const now = time * SUBBANDS + source;
        const x1 = low.real[now - SUBBANDS] as number;
        const y1 = low.imaginary[now - SUBBANDS] as number;
        const x2 = low.real[now - 2 * SUBBANDS] as number;
        const y2 = low.imaginary[now - 2 * SUBBANDS] as number;
        const to = time * SUBBANDS + target;
        high.real[to] = (low.real[now] as number) + r0 * x1 - i0 * y1 + r1 * x2 - i1 * y2;
        high.imaginary[to] = (low.imaginary[now] as number) + r0 * y1 + i0 * x1 + r1 * y2 + i1 * x2;
      }
    }
  }
}

function scaled({ real, imaginary }: Subbands, band: number, by: number): [number, number] {
  return [(real[band] as number) * by, (imaginary[band] as number) * by];
}
