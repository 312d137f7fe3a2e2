/** By how much parametric stereo delays each band, and which parameter each follows (ISO/IEC 14496-3 §8.6.4.5.2). */
import { type HybridLayout, LAYOUT_20 } from "./hybrid-layouts.ts";
import { PARAMETER_OF_20, PARAMETER_OF_34 } from "./layouts.ts";

/** The delay of a layout's bands. */
export interface Delays {
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
