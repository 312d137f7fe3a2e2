/**
 * GELU by the error function: x · (1 + erf(x / √2)) / 2.
 *
 * erf by Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.28, which needs no exponential: erf z = 1 − 1 / p(z)¹⁶
 * for z ≥ 0, within 3e-7. So GELU is max(x, 0) − |x| / (2 · p(|x| / √2)¹⁶).
 */
const A1: f32 = 0.0705230784;
const A2: f32 = 0.0422820123;
const A3: f32 = 0.0092705272;
const A4: f32 = 0.0001520143;
const A5: f32 = 0.0002765672;
const A6: f32 = 0.0000430638;
const ROOT_HALF: f32 = <f32>Math.SQRT1_2;

/** Applies GELU to `count` float32 values. */
export function gelu(source: usize, target: usize, count: i32): void {
  const vectorEnd = count & ~3;
  let index = 0;
  for (; index < vectorEnd; index += 4) {
    const at = (<usize>index) << 2;
    v128.store(target + at, geluOf(v128.load(source + at)));
  }
  for (; index < count; index++) {
    const at = (<usize>index) << 2;
    const value = geluOf(f32x4.splat(load<f32>(source + at)));
    store<f32>(target + at, f32x4.extract_lane(value, 0));
  }
}

function geluOf(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(size, f32x4.splat(ROOT_HALF));
  let p = f32x4.add(f32x4.mul(z, f32x4.splat(A6)), f32x4.splat(A5));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(A4));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(A3));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(A2));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(A1));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(1));
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  const tail = f32x4.div(f32x4.mul(size, f32x4.splat(0.5)), p);
  return f32x4.sub(f32x4.max(x, f32x4.splat(0)), tail);
}
