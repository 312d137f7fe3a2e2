/** float32 rows → 7-bit rows with a scale and a lowest value each. */
import { gelu } from "./gelu";
import { laneTotal, largestLane, smallestLane } from "./lanes";

/** The second operand of a relaxed dot product has seven bits: all engines agree on it then. */
const LARGEST_QUANTUM: f32 = 127.0;

export const ACTIVATION_NONE: i32 = 0;
export const ACTIVATION_GELU: i32 = 1;

/**
 * Quantizes each row over its own range: value ≈ low + scale · quantum, quanta 0 … 127.
 *
 * @param rows [rowCount, columns] float32
 * @param factors [columns] float32 that every row is multiplied by first, or 0 for none
 * @param activation ACTIVATION_GELU to apply GELU first
 * @param scratch [columns] float32
 * @param quanta [rowCount, stride] bytes; those beyond a row's columns become 0
 */
export function quantizeRows(
  rows: usize,
  rowCount: i32,
  columns: i32,
  factors: usize,
  activation: i32,
  scratch: usize,
  quanta: usize,
  stride: i32,
  scales: usize,
  lows: usize,
): void {
  const rowBytes = (<usize>columns) << 2;
  for (let row = 0; row < rowCount; row++) {
    const source = rows + <usize>row * rowBytes;
    const target = quanta + <usize>(row * stride);
    const prepared = prepareRow(source, columns, factors, activation, scratch);
    const low = lowest(prepared, columns);
    const scale: f32 = (highest(prepared, columns) - low) / LARGEST_QUANTUM;
    const inverse = inverseOf(scale);
    store<f32>(scales + ((<usize>row) << 2), scale);
    store<f32>(lows + ((<usize>row) << 2), low);
    quantizeRow(prepared, columns, low, inverse, target);
    memory.fill(target + <usize>columns, 0, <usize>(stride - columns));
  }
}

/** 1 / scale; 0 where that is beyond float32, so that whatever lies in so small a range becomes quantum 0. */
export function inverseOf(scale: f32): f32 {
  return scale >= f32.MIN_NORMAL_VALUE ? <f32>1.0 / scale : 0;
}

function prepareRow(
  row: usize,
  columns: i32,
  factors: usize,
  activation: i32,
  scratch: usize,
): usize {
  if (activation === ACTIVATION_GELU) {
    gelu(row, scratch, columns);
    return scratch;
  }
  if (factors === 0) return row;
  const vectorEnd = columns & ~3;
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    const at = (<usize>column) << 2;
    v128.store(scratch + at, f32x4.mul(v128.load(row + at), v128.load(factors + at)));
  }
  for (; column < columns; column++) {
    const at = (<usize>column) << 2;
    store<f32>(scratch + at, load<f32>(row + at) * load<f32>(factors + at));
  }
  return scratch;
}

function lowest(row: usize, columns: i32): f32 {
  const vectorEnd = columns & ~3;
  let lows = f32x4.splat(f32.MAX_VALUE);
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    lows = f32x4.pmin(lows, v128.load(row + ((<usize>column) << 2)));
  }
  let low = smallestLane(lows);
  for (; column < columns; column++) low = min(low, load<f32>(row + ((<usize>column) << 2)));
  return low;
}

function highest(row: usize, columns: i32): f32 {
  const vectorEnd = columns & ~3;
  let highs = f32x4.splat(-f32.MAX_VALUE);
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    highs = f32x4.pmax(highs, v128.load(row + ((<usize>column) << 2)));
  }
  let high = largestLane(highs);
  for (; column < columns; column++) high = max(high, load<f32>(row + ((<usize>column) << 2)));
  return high;
}

function quantizeRow(row: usize, columns: i32, low: f32, inverse: f32, target: usize): void {
  const vectorEnd = columns & ~15;
  const lows = f32x4.splat(low);
  const inverses = f32x4.splat(inverse);
  let column = 0;
  for (; column < vectorEnd; column += 16) {
    const at = row + ((<usize>column) << 2);
    const first = i16x8.narrow_i32x4_s(
      quantaOf(v128.load(at), lows, inverses),
      quantaOf(v128.load(at, 16), lows, inverses),
    );
    const second = i16x8.narrow_i32x4_s(
      quantaOf(v128.load(at, 32), lows, inverses),
      quantaOf(v128.load(at, 48), lows, inverses),
    );
    v128.store(target + <usize>column, i8x16.narrow_i16x8_s(first, second));
  }
  for (; column < columns; column++) {
    const value = (load<f32>(row + ((<usize>column) << 2)) - low) * inverse;
    store<u8>(target + <usize>column, <u8>(<i32>nearest(value)));
  }
}

/** Quantizes up to 16 values to int8, value ≈ quantum / inverse, and gives the sum of the quanta. */
export function quantizeSigned(values: usize, count: i32, inverse: f32, target: usize): i32 {
  let sum = 0;
  if (count === 16) {
    const lows = f32x4.splat(0);
    const inverses = f32x4.splat(inverse);
    const first = i16x8.narrow_i32x4_s(
      quantaOf(v128.load(values), lows, inverses),
      quantaOf(v128.load(values, 16), lows, inverses),
    );
    const second = i16x8.narrow_i32x4_s(
      quantaOf(v128.load(values, 32), lows, inverses),
      quantaOf(v128.load(values, 48), lows, inverses),
    );
    v128.store(target, i8x16.narrow_i16x8_s(first, second));
    const ones = i16x8.splat(1);
    const pairs = i32x4.add(i32x4.dot_i16x8_s(first, ones), i32x4.dot_i16x8_s(second, ones));
    return laneTotal(pairs);
  }
  for (let index = 0; index < count; index++) {
    const quantum = <i32>nearest(load<f32>(values + ((<usize>index) << 2)) * inverse);
    store<i8>(target + <usize>index, <i8>quantum);
    sum += quantum;
  }
  return sum;
}

function quantaOf(values: v128, lows: v128, inverses: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.sub(values, lows), inverses)));
}
