/** float32 rows → 7-bit rows with a scale and a lowest value each. */
import { geluOf } from "./shared/gelu";
import { largestLane, smallestLane } from "./shared/lanes";
import { ACTIVATION_GELU, eightQuanta, inverseOf } from "./shared/quanta";

/** The second operand of a relaxed dot product has seven bits: all engines agree on it then. */
const LARGEST_QUANTUM: f32 = 127.0;

/** Ways to prepare a row, as types because AssemblyScript compiles a function once for each. */
type AsItIs = i8;
type Multiplied = i16;
type Activated = i32;

/** The range of the row that was prepared last; NaN is in no range. */
let rowLow: f32 = 0;
let rowHigh: f32 = 0;

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
    let prepared = scratch;
    if (activation === ACTIVATION_GELU) {
      prepareRow<Activated>(source, columns, 0, scratch);
    } else if (factors !== 0) {
      prepareRow<Multiplied>(source, columns, factors, scratch);
    } else {
      prepareRow<AsItIs>(source, columns, 0, source);
      prepared = source;
    }
    const low = rowLow;
    const scale: f32 = (rowHigh - low) / LARGEST_QUANTUM;
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

/** Writes the prepared row to `target` and finds its range, in two halves that do not wait for each other. */
function prepareRow<Way>(row: usize, columns: i32, factors: usize, target: usize): void {
  const pairEnd = columns & ~7;
  let lows = f32x4.splat(f32.MAX_VALUE);
  let otherLows = lows;
  let highs = f32x4.splat(-f32.MAX_VALUE);
  let otherHighs = highs;
  let column = 0;
  for (; column < pairEnd; column += 8) {
    const at = (<usize>column) << 2;
    const first = prepared<Way>(v128.load(row + at), factors + at);
    const second = prepared<Way>(v128.load(row + at, 16), factors + at + 16);
    if (sizeof<Way>() !== sizeof<AsItIs>()) {
      v128.store(target + at, first);
      v128.store(target + at, second, 16);
    }
    lows = f32x4.pmin(lows, first);
    highs = f32x4.pmax(highs, first);
    otherLows = f32x4.pmin(otherLows, second);
    otherHighs = f32x4.pmax(otherHighs, second);
  }
  let low = smallestLane(f32x4.pmin(lows, otherLows));
  let high = largestLane(f32x4.pmax(highs, otherHighs));
  for (; column < columns; column++) {
    const at = (<usize>column) << 2;
    const factor =
      sizeof<Way>() === sizeof<Multiplied>() ? v128.load32_splat(factors + at) : f32x4.splat(1);
    const value = f32x4.extract_lane(preparedBy<Way>(v128.load32_splat(row + at), factor), 0);
    if (sizeof<Way>() !== sizeof<AsItIs>()) store<f32>(target + at, value);
    low = min(low, value);
    high = max(high, value);
  }
  rowLow = low;
  rowHigh = high;
}

function prepared<Way>(values: v128, factors: usize): v128 {
  if (sizeof<Way>() === sizeof<Multiplied>()) return f32x4.mul(values, v128.load(factors));
  return preparedBy<Way>(values, values);
}

function preparedBy<Way>(values: v128, factors: v128): v128 {
  if (sizeof<Way>() === sizeof<Activated>()) return geluOf(values);
  if (sizeof<Way>() === sizeof<Multiplied>()) return f32x4.mul(values, factors);
  return values;
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
