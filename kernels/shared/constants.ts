/**
 * Vectors of one number, for loops. V8 makes a vector constant anew wherever it stands, in three instructions or more; what is
 * computed once, when the kernels are instantiated, it loads in one.
 */

/** 1; no optimiser knows it before the start. */
const ONE: i32 = memory.size() !== 0 ? 1 : 0;

/** Four times `value`. */
export function floats(value: f32): v128 {
  return f32x4.splat(value * <f32>ONE);
}

/** Four times `value`. */
export function integers(value: i32): v128 {
  return i32x4.splat(value * ONE);
}

/** Eight times `value`. */
export function shorts(value: i16): v128 {
  return i16x8.splat(<i16>(value * <i16>ONE));
}
