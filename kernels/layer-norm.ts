/** Layer norm, float32. */
import { laneSum } from "./shared/lanes";

/** Each row to mean 0 and variance 1 (population variance plus epsilon), then · gain + bias; [rowCount, columns]. */
export function layerNorm(
  rows: usize,
  rowCount: i32,
  columns: i32,
  gain: usize,
  bias: usize,
  epsilon: f32,
  target: usize,
): void {
  const rowBytes = (<usize>columns) << 2;
  for (let row = 0; row < rowCount; row++) {
    const source = rows + <usize>row * rowBytes;
    const mean = meanOf(source, columns);
    const inverse = <f32>1.0 / sqrt<f32>(varianceOf(source, columns, mean) + epsilon);
    normRow(source, columns, mean, inverse, gain, bias, target + <usize>row * rowBytes);
  }
}

function meanOf(row: usize, columns: i32): f32 {
  const vectorEnd = columns & ~3;
  let sums = f32x4.splat(0);
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    sums = f32x4.add(sums, v128.load(row + ((<usize>column) << 2)));
  }
  let sum = laneSum(sums);
  for (; column < columns; column++) sum += load<f32>(row + ((<usize>column) << 2));
  return sum / <f32>columns;
}

function varianceOf(row: usize, columns: i32, mean: f32): f32 {
  const vectorEnd = columns & ~3;
  const means = f32x4.splat(mean);
  let sums = f32x4.splat(0);
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    const distance = f32x4.sub(v128.load(row + ((<usize>column) << 2)), means);
    sums = f32x4.add(sums, f32x4.mul(distance, distance));
  }
  let sum = laneSum(sums);
  for (; column < columns; column++) {
    const distance = load<f32>(row + ((<usize>column) << 2)) - mean;
    sum += distance * distance;
  }
  return sum / <f32>columns;
}

function normRow(
  row: usize,
  columns: i32,
  mean: f32,
  inverse: f32,
  gain: usize,
  bias: usize,
  target: usize,
): void {
  const vectorEnd = columns & ~3;
  const means = f32x4.splat(mean);
  const inverses = f32x4.splat(inverse);
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    const at = (<usize>column) << 2;
    const normed = f32x4.mul(f32x4.sub(v128.load(row + at), means), inverses);
    v128.store(
      target + at,
      f32x4.add(f32x4.mul(normed, v128.load(gain + at)), v128.load(bias + at)),
    );
  }
  for (; column < columns; column++) {
    const at = (<usize>column) << 2;
    const normed = (load<f32>(row + at) - mean) * inverse;
    store<f32>(target + at, normed * load<f32>(gain + at) + load<f32>(bias + at));
  }
}
