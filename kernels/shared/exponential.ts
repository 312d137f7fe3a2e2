/** e to the power of x, and what follows from it, float32. */

const LOG2_E: f32 = <f32>Math.LOG2E;
/** ln 2 in two parts, the first exact in so few bits that its products with whole numbers are exact too. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -0.00021219444;
/** Beyond these e^x is no normal float32. */
const LOWEST: f32 = -87.0;
const HIGHEST: f32 = 88.0;
/** 1.5 · 2²³: added to a small number it leaves its nearest integer in the lowest bits. */
const ROUNDING: f32 = 12582912.0;
const EXPONENT_BIAS: i32 = 127;
const MANTISSA_BITS: i32 = 23;

/** e^x within 2 units in the last place: x = n · ln 2 + r, and the Taylor series of e^r, |r| ≤ ln 2 / 2, up to r⁶. */
export function exponential(x: v128): v128 {
  return exponentialBelow(f32x4.min(x, f32x4.splat(HIGHEST)));
}

/** The same for x ≤ 88. */
export function exponentialBelow(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(LOWEST));
  const rounded = f32x4.add(f32x4.mul(bounded, f32x4.splat(LOG2_E)), f32x4.splat(ROUNDING));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDING));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let series = f32x4.splat(<f32>(1.0 / 720.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 120.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 24.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 6.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(0.5));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  // Shifting drops all of ROUNDING's own bits.
  const power = i32x4.shl(i32x4.add(rounded, i32x4.splat(EXPONENT_BIAS)), MANTISSA_BITS);
  return f32x4.mul(series, power);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: f32): f32 {
  return <f32>1.0 / (<f32>1.0 + f32x4.extract_lane(exponential(f32x4.splat(-x)), 0));
}
