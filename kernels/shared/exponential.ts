/** e to the power of x, and what follows from it, float32. */

import { floats, integers } from "./constants";

const LOG2_E = floats(<f32>Math.LOG2E);
/** ln 2 in two parts, the first exact in so few bits that its products with whole numbers are exact too. */
const LN2_HIGH = floats(0.693359375);
const LN2_LOW = floats(-0.00021219444);
/** Beyond these e^x is no normal float32. */
const LOWEST = floats(-87);
const HIGHEST = floats(88);
/** 1.5 · 2²³: added to a small number it leaves its nearest integer in the lowest bits. */
export const ROUNDING = floats(12582912);
const EXPONENT_BIAS = integers(127);
const MANTISSA_BITS: i32 = 23;
const ONES = floats(1);
const HALVES = floats(0.5);
/** 1 / n! for n = 3 … 6. */
const THIRD = floats(<f32>(1.0 / 6.0));
const FOURTH = floats(<f32>(1.0 / 24.0));
const FIFTH = floats(<f32>(1.0 / 120.0));
const SIXTH = floats(<f32>(1.0 / 720.0));

/** e^x within 2 units in the last place: x = n · ln 2 + r, and the Taylor series of e^r, |r| ≤ ln 2 / 2, up to r⁶. */
export function exponential(x: v128): v128 {
  return exponentialBelow(f32x4.min(x, HIGHEST));
}

/** The same for x ≤ 88. */
export function exponentialBelow(x: v128): v128 {
  const bounded = f32x4.max(x, LOWEST);
  const rounded = f32x4.add(f32x4.mul(bounded, LOG2_E), ROUNDING);
  const n = f32x4.sub(rounded, ROUNDING);
  let r = f32x4.sub(bounded, f32x4.mul(n, LN2_HIGH));
  r = f32x4.sub(r, f32x4.mul(n, LN2_LOW));
  let series = SIXTH;
  series = f32x4.add(f32x4.mul(series, r), FIFTH);
  series = f32x4.add(f32x4.mul(series, r), FOURTH);
  series = f32x4.add(f32x4.mul(series, r), THIRD);
  series = f32x4.add(f32x4.mul(series, r), HALVES);
  series = f32x4.add(f32x4.mul(series, r), ONES);
  series = f32x4.add(f32x4.mul(series, r), ONES);
  // Shifting drops all of ROUNDING's own bits.
  const power = i32x4.shl(i32x4.add(rounded, EXPONENT_BIAS), MANTISSA_BITS);
  return f32x4.mul(series, power);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: f32): f32 {
  return <f32>1.0 / (<f32>1.0 + f32x4.extract_lane(exponential(f32x4.splat(-x)), 0));
}
