/** float32 rows → 7-bit rows with a scale and a lowest value each. */
import { gelu } from "./shared/gelu";
import { largestLane, smallestLane } from "./shared/lanes";
import { ACTIVATION_GELU, eightQuanta, inverseOf } from "./shared/quanta";

/** The second operand of a relaxed dot product has seven bits: all engines agree on it then. */
const LARGEST_QUANTUM: f32 = 127.0;

/**
 * Quantizes each row over its own range: value ≈ low + scale · quantum, quanta 0 … 127.
 *
 * @param rows [rowCount, columns] float32
 * @param factors [columns] float32 that every row is multiplied by first, or 0 for none
 * @param activation ACTIVATION_GELU to apply GELU first
 * @param scratch quantizeRowsScratchBytes(columns), where GELU or factors are applied
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
  minimums: usize,
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
    store<f32>(minimums + ((<usize>row) << 2), low);
    quantizeRow(prepared, columns, low, inverse, target);
    memory.fill(target + <usize>columns, 0, <usize>(stride - columns));
  }
}

/** Bytes of scratch for rows of `columns`. */
export function quantizeRowsScratchBytes(columns: i32): i32 {
  return columns << 2;
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
  let minimums = f32x4.splat(f32.MAX_VALUE);
  let column = 0;
  for (; column < vectorEnd; column += 4) {
    minimums = f32x4.pmin(minimums, v128.load(row + ((<usize>column) << 2)));
  }
  let low = smallestLane(minimums);
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
  const minimums = f32x4.splat(low);
  const inverses = f32x4.splat(inverse);
  let column = 0;
  for (; column < vectorEnd; column += 16) {
    const at = row + ((<usize>column) << 2);
    const first = eightQuanta(at, minimums, inverses);
    const second = eightQuanta(at + 32, minimums, inverses);
    v128.store(target + <usize>column, i8x16.narrow_i16x8_s(first, second));
  }
  for (; column < columns; column++) {
    const value = (load<f32>(row + ((<usize>column) << 2)) - low) * inverse;
    store<u8>(target + <usize>column, <u8>(<i32>nearest(value)));
  }
}
