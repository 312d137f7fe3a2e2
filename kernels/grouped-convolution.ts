/**
 * The positional convolution: groups of channels, each convolved over many rows with int8 weights. Long because the inner loop
 * is unrolled and the layout of its scratch is in one place.
 */
// biome-ignore lint/style/useImportType: AssemblyScript has no type imports.
import { dot, HAS_DOT_PRODUCT, ONES, OneInstruction, ThreeInstructions } from "./shared/dot";
import { laneSums, largestLane } from "./shared/lanes";
import { PANEL_INPUTS } from "./shared/layout";
import { inverseOf } from "./shared/quanta";
import { roundedUp } from "./shared/rounded-up";

/** Rows become integers of 14 bits, ±LARGEST_QUANTUM, in two planes of 7 bits: quantum + 8192 = 128 · high + low. */
const LARGEST_QUANTUM: f32 = 8191.0;
const OFFSET: i32 = 8192;
const HIGH_OFFSET: i32 = 64;
const HIGH_UNIT: f32 = 128.0;
const LOW_BITS: i32 = 7;
const LOW_MASK: i32 = 127;

/** Outputs of a panel of weights. */
const PANEL_OUTPUTS: i32 = 4;

/** Bytes behind a plane that the last window's last vector may read; their weights are 0. */
const SPARE_BYTES: usize = PANEL_INPUTS;

/**
 * For each of `groups` groups: results[r, o] = bias[o] + scales[o] · Σ over taps t and inputs i of rows[r + t, i] · weights[o, i, t].
 * A group's rows are quantized over their largest value.
 *
 * @param size inputs and outputs of a group
 * @param hidden floats from one row to the next of rows and results
 * @param rows [rowCount + taps − 1, hidden], from the first group's columns on
 * @param weights [groups · size, size, taps] int8
 * @param scales, bias [groups · size]
 * @param scratch groupedConvolutionScratchBytes(size, taps, rowCount)
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
  const inputRows = rowCount + taps - 1;
  const windowBytes = roundedUp(taps * size, PANEL_INPUTS);
  const planeBytes = planeBytesOf(size, taps, rowCount);
  const high = scratch;
  const low = high + planeBytes;
  const panel = low + planeBytes;
  const products = panel + <usize>(windowBytes * PANEL_OUTPUTS);
  for (let group = 0; group < groups; group++) {
    const scale = quantizeGroup(
      rows + ((<usize>(group * size)) << 2),
      hidden,
      inputRows,
      size,
      high,
      low,
    );
    for (let output = 0; output < size; output += PANEL_OUTPUTS) {
      const first = group * size + output;
      const columns = min(PANEL_OUTPUTS, size - output);
      const sums = packWeights(
        weights + <usize>(first * size * taps),
        columns,
        size,
        taps,
        windowBytes,
        panel,
      );
      for (let row = 0; row < rowCount; row += 2) {
        const at = <usize>(row * size);
        // A last row by itself is computed twice over.
        const next = row + 1 < rowCount ? <usize>size : 0;
        if (HAS_DOT_PRODUCT) {
          twoRows<OneInstruction>(high + at, next, windowBytes, panel, products);
          twoRows<OneInstruction>(low + at, next, windowBytes, panel, products + 32);
        } else {
          twoRows<ThreeInstructions>(high + at, next, windowBytes, panel, products);
          twoRows<ThreeInstructions>(low + at, next, windowBytes, panel, products + 32);
        }
        const target = results + ((<usize>(row * hidden + first)) << 2);
        storeRow(target, products, sums, scale, scales, bias, first, columns);
        if (next !== 0) {
          const nextTarget = target + ((<usize>hidden) << 2);
          storeRow(nextTarget, products + 16, sums, scale, scales, bias, first, columns);
        }
      }
    }
  }
}

/** Bytes of scratch: both planes of a group's rows, one panel of weights, and the products of two rows with both planes. */
export function groupedConvolutionScratchBytes(size: i32, taps: i32, rowCount: i32): i32 {
  const windowBytes = roundedUp(taps * size, PANEL_INPUTS);
  return 2 * <i32>planeBytesOf(size, taps, rowCount) + windowBytes * PANEL_OUTPUTS + 64;
}

function planeBytesOf(size: i32, taps: i32, rowCount: i32): usize {
  return <usize>roundedUp((rowCount + taps - 1) * size, PANEL_INPUTS) + SPARE_BYTES;
}

/** Quantizes a group's rows into planes [rowCount, size] and gives their scale; NaN becomes 0. */
function quantizeGroup(
  rows: usize,
  hidden: i32,
  rowCount: i32,
  size: i32,
  high: usize,
  low: usize,
): f32 {
  const rowBytes = (<usize>hidden) << 2;
  const vectorEnd = size & ~3;
  let sizes = f32x4.splat(0);
  let largest: f32 = 0;
  for (let row = 0; row < rowCount; row++) {
    const source = rows + <usize>row * rowBytes;
    let column = 0;
    for (; column < vectorEnd; column += 4) {
      sizes = f32x4.pmax(sizes, f32x4.abs(v128.load(source + ((<usize>column) << 2))));
    }
    for (; column < size; column++) {
      const value = abs(load<f32>(source + ((<usize>column) << 2)));
      if (value > largest) largest = value;
    }
  }
  const scale: f32 = max(largest, largestLane(sizes)) / LARGEST_QUANTUM;
  const inverse = inverseOf(scale);
  let at: usize = 0;
  for (let row = 0; row < rowCount; row++) {
    const source = rows + <usize>row * rowBytes;
    for (let column = 0; column < size; column++) {
      const value = nearest(load<f32>(source + ((<usize>column) << 2)) * inverse);
      const quantum = <i32>value + OFFSET;
      store<u8>(high + at, <u8>(quantum >> LOW_BITS));
      store<u8>(low + at, <u8>(quantum & LOW_MASK));
      at++;
    }
  }
  memory.fill(high + at, 0, SPARE_BYTES);
  memory.fill(low + at, 0, SPARE_BYTES);
  return scale;
}

/** weights [columns, size, taps] → [windowBytes / 16, 4, 16], taps outermost; gives the sum of each output's weights. */
function packWeights(
  weights: usize,
  columns: i32,
  size: i32,
  taps: i32,
  windowBytes: i32,
  panel: usize,
): v128 {
  memory.fill(panel, 0, <usize>(windowBytes * PANEL_OUTPUTS));
  let sums = i32x4.splat(0);
  for (let column = 0; column < columns; column++) {
    const lane = panel + <usize>(column * PANEL_INPUTS);
    let source = weights + <usize>(column * size * taps);
    let sum = 0;
    for (let input = 0; input < size; input++) {
      let position = input;
      for (let tap = 0; tap < taps; tap++) {
        const weight = load<i8>(source);
        sum += weight;
        const vector = <usize>((position & ~(PANEL_INPUTS - 1)) * PANEL_OUTPUTS);
        store<i8>(lane + vector + <usize>(position & (PANEL_INPUTS - 1)), weight);
        source++;
        position += size;
      }
    }
    if (column === 0) sums = i32x4.replace_lane(sums, 0, sum);
    else if (column === 1) sums = i32x4.replace_lane(sums, 1, sum);
    else if (column === 2) sums = i32x4.replace_lane(sums, 2, sum);
    else sums = i32x4.replace_lane(sums, 3, sum);
  }
  return sums;
}

/** The products of two windows of a plane, `step` bytes apart, with a panel → int32 [2, 4]. Unrolled as int8Product is. */
function twoRows<Dot>(window: usize, step: usize, bytes: i32, panel: usize, products: usize): void {
  const ones = ONES;
  let q = window;
  const end = q + <usize>bytes;
  let w = panel;
  let a0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  for (; q < end; ) {
    const x0 = v128.load(q);
    const x1 = v128.load(q + step);
    let y = v128.load(w);
    a0 = dot<Dot>(y, x0, ones, a0);
    b0 = dot<Dot>(y, x1, ones, b0);
    y = v128.load(w, 16);
    a1 = dot<Dot>(y, x0, ones, a1);
    b1 = dot<Dot>(y, x1, ones, b1);
    y = v128.load(w, 32);
    a2 = dot<Dot>(y, x0, ones, a2);
    b2 = dot<Dot>(y, x1, ones, b2);
    y = v128.load(w, 48);
    a3 = dot<Dot>(y, x0, ones, a3);
    b3 = dot<Dot>(y, x1, ones, b3);
    q += PANEL_INPUTS;
    w += PANEL_INPUTS * PANEL_OUTPUTS;
  }
  v128.store(products, laneSums(a0, a1, a2, a3));
  v128.store(products, laneSums(b0, b1, b2, b3), 16);
}

/** One row of results of a panel: the planes' products are joined, and the offset of the quanta is taken off. */
function storeRow(
  target: usize,
  products: usize,
  sums: v128,
  scale: f32,
  scales: usize,
  bias: usize,
  first: i32,
  columns: i32,
): void {
  // (Σ w · high − 64 · Σ w) · 128 + Σ w · low, each term exact or rounded once.
  const high = i32x4.sub(v128.load(products), i32x4.mul(sums, i32x4.splat(HIGH_OFFSET)));
  const low = f32x4.convert_i32x4_s(v128.load(products, 32));
  const joined = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(high), f32x4.splat(HIGH_UNIT)), low);
  const total = f32x4.mul(joined, f32x4.splat(scale));
  const at = (<usize>first) << 2;
  if (columns === PANEL_OUTPUTS) {
    const value = f32x4.add(f32x4.mul(total, v128.load(scales + at)), v128.load(bias + at));
    v128.store(target, value);
    return;
  }
  store<f32>(target, f32x4.extract_lane(total, 0) * load<f32>(scales + at) + load<f32>(bias + at));
  if (columns > 1) {
    store<f32>(
      target,
      f32x4.extract_lane(total, 1) * load<f32>(scales + at, 4) + load<f32>(bias + at, 4),
      4,
    );
  }
  if (columns > 2) {
    store<f32>(
      target,
      f32x4.extract_lane(total, 2) * load<f32>(scales + at, 8) + load<f32>(bias + at, 8),
      8,
    );
  }
}
