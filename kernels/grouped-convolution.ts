/** The positional convolution: groups of channels, each convolved over many rows with int8 weights made float32 first. */
import { PANEL, storeColumns } from "./shared/panels";

/** Rows that share what is loaded of the weights. */
const TILE_ROWS: i32 = 4;

/**
 * For each of `groups` groups: results[r, o] = bias[o] + scales[o] · Σ over taps t and inputs i of rows[r + t, i] · weights[o, i, t].
 *
 * @param size inputs and outputs of a group
 * @param hidden floats from one row to the next of rows and results
 * @param rows [rowCount + taps − 1, hidden], from the first group's columns on
 * @param weights [groups · size, size, taps] int8
 * @param scales, bias [groups · size]
 * @param scratch groupedConvolutionScratchBytes(size, taps)
 * @param results [rowCount, hidden], from the first group's columns on
 */
export function groupedConvolution(
  groups: i32,
  size: i32,
  taps: i32,
  hidden: i32,
  rows: usize,
  rowCount: i32,
  weights: usize,
  scales: usize,
  bias: usize,
  scratch: usize,
  results: usize,
): void {
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < size; output += PANEL) {
      const first = group * size + output;
      const columns = min(PANEL, size - output);
      const at = (<usize>first) << 2;
      unpackWeights(
        weights + <usize>(first * size * taps),
        scales + at,
        columns,
        size,
        taps,
        scratch,
      );
      convolvePanel(
        rows + ((<usize>(group * size)) << 2),
        hidden,
        rowCount,
        size,
        taps,
        scratch,
        bias + at,
        columns,
        results + at,
      );
    }
  }
}

/** Bytes of scratch: one panel of weights in float32, [taps, size, PANEL]. */
export function groupedConvolutionScratchBytes(size: i32, taps: i32): i32 {
  return (taps * size * PANEL) << 2;
}

/** weights [columns, size, taps] · scales → [taps, size, PANEL]; columns that are not there are 0. */
function unpackWeights(
  weights: usize,
  scales: usize,
  columns: i32,
  size: i32,
  taps: i32,
  panel: usize,
): void {
  const tapBytes = (<usize>(size * PANEL)) << 2;
  for (let column = 0; column < PANEL; column++) {
    const scale: f32 = column < columns ? load<f32>(scales + ((<usize>column) << 2)) : 0;
    let source = weights + <usize>(min(column, columns - 1) * size * taps);
    for (let input = 0; input < size; input++) {
      let target = panel + ((<usize>(input * PANEL + column)) << 2);
      for (let tap = 0; tap < taps; tap++) {
        store<f32>(target, scale * <f32>load<i8>(source));
        source++;
        target += tapBytes;
      }
    }
  }
}

/** Unrolled by hand: AssemblyScript keeps vectors in registers only as single locals. */
function convolvePanel(
  rows: usize,
  hidden: i32,
  rowCount: i32,
  size: i32,
  taps: i32,
  panel: usize,
  bias: usize,
  columns: i32,
  results: usize,
): void {
  const rowBytes = (<usize>hidden) << 2;
  const inputBytes = (<usize>size) << 2;
  for (let first = 0; first < rowCount; first += TILE_ROWS) {
    const count = min(TILE_ROWS, rowCount - first);
    let r0 = rows + <usize>first * rowBytes;
    let r1 = r0 + rowBytes * <usize>min(1, count - 1);
    let r2 = r0 + rowBytes * <usize>min(2, count - 1);
    let r3 = r0 + rowBytes * <usize>min(3, count - 1);
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    let w = panel;
    for (let tap = 0; tap < taps; tap++) {
      for (let at: usize = 0; at < inputBytes; at += 4) {
        const low = v128.load(w);
        const high = v128.load(w, 16);
        w += 32;
        let x = v128.load32_splat(r0 + at);
        a0 = f32x4.add(a0, f32x4.mul(x, low));
        b0 = f32x4.add(b0, f32x4.mul(x, high));
        x = v128.load32_splat(r1 + at);
        a1 = f32x4.add(a1, f32x4.mul(x, low));
        b1 = f32x4.add(b1, f32x4.mul(x, high));
        x = v128.load32_splat(r2 + at);
        a2 = f32x4.add(a2, f32x4.mul(x, low));
        b2 = f32x4.add(b2, f32x4.mul(x, high));
        x = v128.load32_splat(r3 + at);
        a3 = f32x4.add(a3, f32x4.mul(x, low));
        b3 = f32x4.add(b3, f32x4.mul(x, high));
      }
      r0 += rowBytes;
      r1 += rowBytes;
      r2 += rowBytes;
      r3 += rowBytes;
    }
    const target = results + <usize>first * rowBytes;
    storeBiased(target, a0, b0, bias, columns);
    if (count > 1) storeBiased(target + rowBytes, a1, b1, bias, columns);
    if (count > 2) storeBiased(target + rowBytes * 2, a2, b2, bias, columns);
    if (count > 3) storeBiased(target + rowBytes * 3, a3, b3, bias, columns);
  }
}

/** The bias has as many numbers as there are columns, and none to spare. */
function storeBiased(target: usize, low: v128, high: v128, bias: usize, columns: i32): void {
  storeColumns(target, low, high, columns);
  for (let column = 0; column < columns; column++) {
    const at = (<usize>column) << 2;
    store<f32>(target + at, load<f32>(target + at) + load<f32>(bias + at));
  }
}
