/** Sizes in whole steps. */

/** The smallest multiple of `step` that is not below `count`. */
export function roundedUp(count: i32, step: i32): i32 {
  return ((count + step - 1) / step) * step;
}
