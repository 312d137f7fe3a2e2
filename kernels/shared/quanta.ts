/** float32 values → integers of 8 bits, by a lowest value and a scale. */
import { shorts } from "./constants";
import { laneTotal } from "./lanes";

const ONES = shorts(1);

/** Activations that rows can have before they are quantized. */
export const ACTIVATION_NONE: i32 = 0;
export const ACTIVATION_GELU: i32 = 1;

/** 1 / scale; 0 where that is beyond float32, so that whatever lies in so small a range becomes quantum 0. */
export function inverseOf(scale: f32): f32 {
  return scale >= f32.MIN_NORMAL_VALUE ? <f32>1.0 / scale : 0;
}

/** Quantizes up to 16 values to int8, value ≈ quantum / inverse, and gives the sum of the quanta. */
export function quantizeSigned(values: usize, count: i32, inverse: f32, target: usize): i32 {
  let sum = 0;
  if (count === 16) {
    const minimums = f32x4.splat(0);
    const inverses = f32x4.splat(inverse);
    const first = eightQuanta(values, minimums, inverses);
    const second = eightQuanta(values + 32, minimums, inverses);
    v128.store(target, i8x16.narrow_i16x8_s(first, second));
    const pairs = i32x4.add(i32x4.dot_i16x8_s(first, ONES), i32x4.dot_i16x8_s(second, ONES));
    return laneTotal(pairs);
  }
  for (let index = 0; index < count; index++) {
    const quantum = <i32>nearest(load<f32>(values + ((<usize>index) << 2)) * inverse);
    store<i8>(target + <usize>index, <i8>quantum);
    sum += quantum;
  }
  return sum;
}

/** The quanta of eight values at an address, as 16-bit integers. */
export function eightQuanta(values: usize, minimums: v128, inverses: v128): v128 {
  return i16x8.narrow_i32x4_s(
    quantaOf(v128.load(values), minimums, inverses),
    quantaOf(v128.load(values, 16), minimums, inverses),
  );
}

/** The quanta of four values: (value − minimum) / scale, rounded to the nearest integer, halves to even. */
export function quantaOf(values: v128, minimums: v128, inverses: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.sub(values, minimums), inverses)));
}
