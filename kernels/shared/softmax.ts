/** A row of attention's scores, from products to softmax. */
import { exponentialBelow } from "./exponential";
import { laneSum, largestLane } from "./lanes";

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
