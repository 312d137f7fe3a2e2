/** A row of attention's scores, from products to shares. */
import { exponential } from "./exponential";
import { laneSum, largestLane } from "./lanes";

/** scores += gate · bias. */
export function addBias(scores: usize, frames: i32, gate: f32, bias: usize): void {
  const vectorEnd = frames & ~3;
  const gates = f32x4.splat(gate);
  let frame = 0;
  for (; frame < vectorEnd; frame += 4) {
    const at = (<usize>frame) << 2;
    const gated = f32x4.mul(gates, v128.load(bias + at));
    v128.store(scores + at, f32x4.add(v128.load(scores + at), gated));
  }
  for (; frame < frames; frame++) {
    const at = (<usize>frame) << 2;
    store<f32>(scores + at, load<f32>(scores + at) + gate * load<f32>(bias + at));
  }
}

/** In place; a panel's entries beyond `frames` are left as they are. */
export function softmax(scores: usize, frames: i32): void {
  const vectorEnd = frames & ~3;
  const highest = f32x4.splat(largestOf(scores, frames));
  let sums = f32x4.splat(0);
  let frame = 0;
  for (; frame < vectorEnd; frame += 4) {
    const at = scores + ((<usize>frame) << 2);
    const power = exponential(f32x4.sub(v128.load(at), highest));
    v128.store(at, power);
    sums = f32x4.add(sums, power);
  }
  let sum = laneSum(sums);
  for (; frame < frames; frame++) {
    const at = scores + ((<usize>frame) << 2);
    const power = exponential(f32x4.sub(v128.load32_splat(at), highest));
    store<f32>(at, f32x4.extract_lane(power, 0));
    sum += f32x4.extract_lane(power, 0);
  }
  const inverse = f32x4.splat(<f32>1.0 / sum);
  for (frame = 0; frame < vectorEnd; frame += 4) {
    const at = scores + ((<usize>frame) << 2);
    v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
  for (; frame < frames; frame++) {
    const at = scores + ((<usize>frame) << 2);
    store<f32>(at, load<f32>(at) * f32x4.extract_lane(inverse, 0));
  }
}

function largestOf(values: usize, count: i32): f32 {
  const vectorEnd = count & ~3;
  let highs = f32x4.splat(-f32.MAX_VALUE);
  let index = 0;
  for (; index < vectorEnd; index += 4) {
    highs = f32x4.pmax(highs, v128.load(values + ((<usize>index) << 2)));
  }
  let high = largestLane(highs);
  for (; index < count; index++) high = max(high, load<f32>(values + ((<usize>index) << 2)));
  return high;
}
