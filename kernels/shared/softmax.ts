/** A row of attention's scores, from products to softmax. */
import { floats, integers } from "./constants";
import { exponentialBelow, ROUNDING } from "./exponential";
import { laneSum, laneTotal, largestLane } from "./lanes";

/** The quantum of the largest probability. */
const LARGEST_QUANTUM = floats(16383);
const QUANTUM_BITS = integers(16383);
/** Bits of the lower plane. */
const LOW_BITS: i32 = 7;
const LOW_MASK = integers(127);

/** What a quantum of the higher plane counts. */
export const HIGH_UNIT: f32 = 128.0;

/**
 * Softmax of scores, not yet divided: scores = e^(scores − `highest`), and their sum is returned. A panel's entries beyond
 * `frames` are left as they are.
 *
 * @param highest the largest score
 */
export function softmaxRow(scores: usize, frames: i32, highest: f32): f32 {
  const highs = f32x4.splat(highest);
  const vectorEnd = frames & ~3;
  let sums = f32x4.splat(0);
  let frame = 0;
  for (; frame < vectorEnd; frame += 4) {
    const at = scores + ((<usize>frame) << 2);
    const power = exponentialBelow(f32x4.sub(v128.load(at), highs));
    v128.store(at, power);
    sums = f32x4.add(sums, power);
  }
  let sum = laneSum(sums);
  for (; frame < frames; frame++) {
    const at = scores + ((<usize>frame) << 2);
    const power = exponentialBelow(f32x4.sub(v128.load32_splat(at), highs));
    store<f32>(at, f32x4.extract_lane(power, 0));
    sum += f32x4.extract_lane(power, 0);
  }
  return sum;
}

/**
 * The same in 14 bits, 1 being 16383, in two planes of 7 bits: quantum = 128 · high
 * + low. Gives the sum of the quanta.
 *
 * @param scores float32; up to three behind the last frame's are overwritten
 * @param highest the largest score
 * @param high, low of bytes; up to three behind the last frame's become 0
 */
export function softmaxQuanta(
  scores: usize,
  frames: i32,
  highest: f32,
  high: usize,
  low: usize,
): i32 {
  for (let frame = frames; (frame & 3) !== 0; frame++) {
    store<f32>(scores + ((<usize>frame) << 2), -f32.MAX_VALUE);
  }
  const highs = f32x4.splat(highest);
  let sums = i32x4.splat(0);
  for (let frame = 0; frame < frames; frame += 4) {
    const score = v128.load(scores + ((<usize>frame) << 2));
    const power = exponentialBelow(f32x4.sub(score, highs));
    const rounded = f32x4.add(f32x4.mul(power, LARGEST_QUANTUM), ROUNDING);
    const quanta = v128.and(rounded, QUANTUM_BITS);
    sums = i32x4.add(sums, quanta);
    v128.store32_lane(high + <usize>frame, asBytes(i32x4.shr_u(quanta, LOW_BITS)), 0);
    v128.store32_lane(low + <usize>frame, asBytes(v128.and(quanta, LOW_MASK)), 0);
  }
  return laneTotal(sums);
}

/** Four integers of 7 bits as the first four bytes. */
function asBytes(integers: v128): v128 {
  const pairs = i16x8.narrow_i32x4_s(integers, integers);
  return i8x16.narrow_i16x8_s(pairs, pairs);
}

/** The largest of a row's scores. */
export function largestScore(scores: usize, frames: i32): f32 {
  const vectorEnd = frames & ~3;
  let highs = f32x4.splat(-f32.MAX_VALUE);
  let frame = 0;
  for (; frame < vectorEnd; frame += 4) {
    highs = f32x4.pmax(highs, v128.load(scores + ((<usize>frame) << 2)));
  }
  let high = largestLane(highs);
  for (; frame < frames; frame++) high = max(high, load<f32>(scores + ((<usize>frame) << 2)));
  return high;
}

/** scores += gate · bias; gives the largest. */
export function addBias(scores: usize, frames: i32, gate: f32, bias: usize): f32 {
  const vectorEnd = frames & ~3;
  const gates = f32x4.splat(gate);
  let highs = f32x4.splat(-f32.MAX_VALUE);
  let frame = 0;
  for (; frame < vectorEnd; frame += 4) {
    const at = (<usize>frame) << 2;
    const score = f32x4.add(v128.load(scores + at), f32x4.mul(gates, v128.load(bias + at)));
    v128.store(scores + at, score);
    highs = f32x4.pmax(highs, score);
  }
  let high = largestLane(highs);
  for (; frame < frames; frame++) {
    const at = (<usize>frame) << 2;
    const score = load<f32>(scores + at) + gate * load<f32>(bias + at);
    store<f32>(scores + at, score);
    high = max(high, score);
  }
  return high;
}
