/** e to the power of x, and what follows from it, float32. */

const LOG2_E: f32 = <f32>Math.LOG2E;
/** ln 2 in two parts, the first exact in so few bits that its products with whole numbers are exact too. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -0.00021219444;
/** Beyond these e^x is no normal float32. */
const LOWEST: f32 = -87.0;
const HIGHEST: f32 = 88.0;

/** e^x within 2 units in the last place: x = n · ln 2 + r, and the Taylor series of e^r, |r| ≤ ln 2 / 2, up to r⁷. */
export function exponential(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(HIGHEST)), f32x4.splat(LOWEST));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(LOG2_E)));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let series = f32x4.splat(<f32>(1.0 / 5040.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 720.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 120.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 24.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(<f32>(1.0 / 6.0)));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(0.5));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(series, power);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: f32): f32 {
  return <f32>1.0 / (<f32>1.0 + f32x4.extract_lane(exponential(f32x4.splat(-x)), 0));
}
