/** Prediction of the Main profile (ISO/IEC 14496-3 §4.6.7): each coefficient from its last two values. */
import type { Windows } from "../bitstream/windows.ts";

/** One channel's predictors. */
export interface MainPredictor {
  /** Adds what is predicted to a spectrum, and learns from it. */
  apply(spectrum: Float64Array, windows: Windows, bandCount: number): void;
}

const MOST_COEFFICIENTS = 672;
const RESET_GROUPS = 30;
const ATTENUATION = 0.953125;
const FORGETTING = 0.90625;

/** Predictors at their start. */
export function mainPredictor(): MainPredictor {
  const state = Array.from({ length: 6 }, () => new Float32Array(MOST_COEFFICIENTS));
  const [r0, r1, cor0, cor1, var0, var1] = state as [F32, F32, F32, F32, F32, F32];
  const reset = (index: number) => {
    for (const values of state) values[index] = values === var0 || values === var1 ? 1 : 0;
  };
  const resetFrom = (first: number, step: number) => {
    for (let index = first; index < MOST_COEFFICIENTS; index += step) reset(index);
  };
  resetFrom(0, 1);

  const predict = (index: number, spectrum: Float64Array, isUsed: boolean): void => {
    const [a0, a1] = [r0[index] as number, r1[index] as number];
    const k1 = slope(cor0[index] as number, var0[index] as number);
    const k2 = slope(cor1[index] as number, var1[index] as number);
    if (isUsed) spectrum[index] = (spectrum[index] as number) + rounded(k1 * a0 + k2 * a1);
    const e0 = Math.fround(spectrum[index] as number);
    const e1 = Math.fround(e0 - k1 * a0);
    cor1[index] = truncated(FORGETTING * (cor1[index] as number) + a1 * e1);
    var1[index] = truncated(FORGETTING * (var1[index] as number) + 0.5 * (a1 * a1 + e1 * e1));
    cor0[index] = truncated(FORGETTING * (cor0[index] as number) + a0 * e0);
    var0[index] = truncated(FORGETTING * (var0[index] as number) + 0.5 * (a0 * a0 + e0 * e0));
    r1[index] = truncated(ATTENUATION * (a0 - k1 * e0));
    r0[index] = truncated(ATTENUATION * e0);
  };

  return {
    apply(spectrum, { groups, bands, prediction }, bandCount) {
      if (groups.length > 1 || groups[0] !== 1) return resetFrom(0, 1);
      const main = prediction?.kind === "main" ? prediction : null;
      for (let band = 0; band < bandCount; band++) {
        const end = bands.offsets[band + 1] as number;
        for (let index = bands.offsets[band] as number; index < end; index++) {
          predict(index, spectrum, main?.used[band] === true);
        }
      }
      if (main !== null && main.resetGroup > 0) resetFrom(main.resetGroup - 1, RESET_GROUPS);
    },
  };
}

type F32 = Float32Array;

function slope(correlation: number, variance: number): number {
  return variance > 1 ? Math.fround(correlation * roundedToEven(ATTENUATION / variance)) : 0;
}

/** The standard's numbers have the upper 16 bits of a float. */
const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

function truncated(value: number): number {
  single[0] = value;
  bits[0] = (bits[0] as number) & 0xffff0000;
  return single[0] as number;
}

function rounded(value: number): number {
  single[0] = value;
  bits[0] = ((bits[0] as number) + 0x8000) & 0xffff0000;
  return single[0] as number;
}

function roundedToEven(value: number): number {
  single[0] = value;
  const pattern = bits[0] as number;
  bits[0] = (pattern + 0x7fff + ((pattern >>> 16) & 1)) & 0xffff0000;
  return single[0] as number;
}
