/** Dot products of bytes. */
import { shorts } from "./constants";

/** Ways to multiply, as types because AssemblyScript compiles a function once for each: one instruction, or three. */
export type OneInstruction = i8;
export type ThreeInstructions = i16;

/**
 * True if the processor multiplies bytes and adds four products in one instruction (AVX-VNNI, or ARM's dot product). It is told
 * by what the relaxed instruction makes of a second operand beyond its seven bits: where it is put together of 16-bit
 * products, they are saturated.
 */
export const HAS_DOT_PRODUCT: bool = ASC_FEATURE_RELAXED_SIMD && !saturates();

function saturates(): bool {
  if (!ASC_FEATURE_RELAXED_SIMD) return true;
  const ones = i8x16.splat(-1);
  const largest = i8x16.splat(127);
  const products = i32x4.relaxed_dot_i8x16_i7x16_add_s(largest, ones, i32x4.splat(0));
  return i32x4.extract_lane(products, 0) === 2 * i16.MAX_VALUE;
}

/** Eight times 1: the last operand of `dot`, which loops keep in a register. */
export const ONES = shorts(1);

/** acc + the products of weights (8 bits, signed) and quanta (7 bits), four of them summed up in each lane. */
export function dot<Dot>(weights: v128, quanta: v128, ones: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (sizeof<Dot>() === 1) return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, quanta, acc);
    // V8 makes five instructions of the relaxed dot product where the processor has none, these are three.
    const pairs = i16x8.relaxed_dot_i8x16_i7x16_s(weights, quanta);
    return i32x4.add(acc, i32x4.dot_i16x8_s(pairs, ones));
  }
  const low = i32x4.dot_i16x8_s(
    i16x8.extend_low_i8x16_s(weights),
    i16x8.extend_low_i8x16_s(quanta),
  );
  const high = i32x4.dot_i16x8_s(
    i16x8.extend_high_i8x16_s(weights),
    i16x8.extend_high_i8x16_s(quanta),
  );
  return i32x4.add(acc, i32x4.add(low, high));
}
