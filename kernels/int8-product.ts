/** Products and convolutions of 7-bit rows with int8 weights. Long because the inner loops are unrolled. */
// biome-ignore lint/style/useImportType: AssemblyScript has no type imports.
import { dot, HAS_DOT_PRODUCT, ONES, OneInstruction, ThreeInstructions } from "./shared/dot";
import { laneSums } from "./shared/lanes";
import { PANEL_INPUTS, PANEL_OUTPUTS } from "./shared/layout";

/** Windows that are multiplied with all weights in turn: they keep their quanta in the first-level cache while weights stream by. */
const TILE_WINDOWS: i32 = 16;

/** Windows that are computed best together: a whole tile. */
export function int8ProductTile(): i32 {
  return TILE_WINDOWS;
}

/**
 * results[w, o] = bias[o] + weightScales[o] · Σ over taps t of (scales[f] · quanta[f] · weights[o, t] + minimums[f] · sums[t, o]),
 * f = w · stride + t: a linear layer with one tap and a stride of 1, else a convolution.
 *
 * @param quanta [frames, channels] of 0 … 127, channels a multiple of 32
 * @param weights panels of int8, [outputs / 6, taps · channels / 16, 6, 16], outputs rounded up to a multiple of 6
 * @param weightScales, bias [outputs, rounded up]
 * @param sums [taps, outputs, rounded up]: the weights of a tap summed up
 * @param results [windows, outputs] float32
 */
export function int8Product(
  quanta: usize,
  scales: usize,
  minimums: usize,
  windows: i32,
  channels: i32,
  taps: i32,
  stride: i32,
  weights: usize,
  weightScales: usize,
  sums: usize,
  bias: usize,
  outputs: i32,
  results: usize,
): void {
  if (HAS_DOT_PRODUCT) {
    product<OneInstruction>(
      quanta,
      scales,
      minimums,
      windows,
      channels,
      taps,
      stride,
      weights,
      weightScales,
      sums,
      bias,
      outputs,
      results,
    );
  } else {
    product<ThreeInstructions>(
      quanta,
      scales,
      minimums,
      windows,
      channels,
      taps,
      stride,
      weights,
      weightScales,
      sums,
      bias,
      outputs,
      results,
    );
  }
}

function product<Dot>(
  quanta: usize,
  scales: usize,
  minimums: usize,
  windows: i32,
  channels: i32,
  taps: i32,
  stride: i32,
  weights: usize,
  weightScales: usize,
  sums: usize,
  bias: usize,
  outputs: i32,
  results: usize,
): void {
  const panelBytes = <usize>(taps * channels * PANEL_OUTPUTS);
  const panels = (outputs + PANEL_OUTPUTS - 1) / PANEL_OUTPUTS;
  for (let tile = 0; tile < windows; tile += TILE_WINDOWS) {
    const tileEnd = min(tile + TILE_WINDOWS, windows);
    for (let panel = 0; panel < panels; panel++) {
      const output = panel * PANEL_OUTPUTS;
      const panelWeights = weights + <usize>panel * panelBytes;
      const wholeEnd = output + PANEL_OUTPUTS <= outputs ? tileEnd : tile;
      let window = tile;
      for (; window + 2 <= wholeEnd; window += 2) {
        twoWindows<Dot>(
          quanta,
          scales,
          minimums,
          window,
          channels,
          taps,
          stride,
          panelWeights,
          weightScales,
          sums,
          bias,
          output,
          outputs,
          results,
        );
      }
      for (; window < tileEnd; window++) {
        oneWindow<Dot>(
          quanta,
          scales,
          minimums,
          window,
          channels,
          taps,
          stride,
          panelWeights,
          weightScales,
          sums,
          bias,
          output,
          outputs,
          results,
        );
      }
    }
  }
}

/**
 * Two windows and a whole panel share what is loaded. Unrolled by hand: AssemblyScript keeps vectors in registers only as single
 * locals, and these twelve sums and what they are made of take all fifteen that V8 has. So nothing else may live through the
 * loop: what earlier taps gave waits in the results.
 */
function twoWindows<Dot>(
  quanta: usize,
  scales: usize,
  minimums: usize,
  window: i32,
  channels: i32,
  taps: i32,
  stride: i32,
  weights: usize,
  weightScales: usize,
  sums: usize,
  bias: usize,
  output: i32,
  outputs: i32,
  results: usize,
): void {
  let w = weights;
  const ones = ONES;
  const first = (<usize>output) << 2;
  const resultBytes = (<usize>outputs) << 2;
  const sumBytes = (<usize>paddedOutputs(outputs)) << 2;
  const target = results + <usize>window * resultBytes + first;
  for (let tap = 0; tap < taps; tap++) {
    const frame0 = window * stride + tap;
    const frame1 = frame0 + stride;
    let q0 = quanta + <usize>(frame0 * channels);
    let q1 = quanta + <usize>(frame1 * channels);
    const end = q0 + <usize>channels;
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let a4 = i32x4.splat(0);
    let a5 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    let b4 = i32x4.splat(0);
    let b5 = i32x4.splat(0);
    for (; q0 < end; ) {
      const x0 = v128.load(q0);
      const x1 = v128.load(q1);
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
      y = v128.load(w, 64);
      a4 = dot<Dot>(y, x0, ones, a4);
      b4 = dot<Dot>(y, x1, ones, b4);
      y = v128.load(w, 80);
      a5 = dot<Dot>(y, x0, ones, a5);
      b5 = dot<Dot>(y, x1, ones, b5);
      q0 += PANEL_INPUTS;
      q1 += PANEL_INPUTS;
      w += PANEL_INPUTS * PANEL_OUTPUTS;
    }
    const tapSums = sums + <usize>tap * sumBytes + first;
    const sums4 = v128.load(tapSums);
    const sums2 = v128.load64_zero(tapSums, 16);
    let low0 = scaled(laneSums(a0, a1, a2, a3), sums4, scales, minimums, frame0);
    let low1 = scaled(laneSums(b0, b1, b2, b3), sums4, scales, minimums, frame1);
    let high0 = scaled(laneSums(a4, a5, a4, a5), sums2, scales, minimums, frame0);
    let high1 = scaled(laneSums(b4, b5, b4, b5), sums2, scales, minimums, frame1);
    const target1 = target + resultBytes;
    if (tap > 0) {
      low0 = f32x4.add(low0, v128.load(target));
      low1 = f32x4.add(low1, v128.load(target1));
      high0 = f32x4.add(high0, v128.load64_zero(target, 16));
      high1 = f32x4.add(high1, v128.load64_zero(target1, 16));
    }
    if (tap === taps - 1) {
      const scales4 = v128.load(weightScales + first);
      const scales2 = v128.load64_zero(weightScales + first, 16);
      const bias4 = v128.load(bias + first);
      const bias2 = v128.load64_zero(bias + first, 16);
      low0 = f32x4.add(f32x4.mul(low0, scales4), bias4);
      low1 = f32x4.add(f32x4.mul(low1, scales4), bias4);
      high0 = f32x4.add(f32x4.mul(high0, scales2), bias2);
      high1 = f32x4.add(f32x4.mul(high1, scales2), bias2);
    }
    v128.store(target, low0);
    v128.store(target1, low1);
    v128.store64_lane(target, high0, 0, 16);
    v128.store64_lane(target1, high1, 0, 16);
  }
}

/** What is left over: a tile's last window, or the windows of a panel that is not whole. */
function oneWindow<Dot>(
  quanta: usize,
  scales: usize,
  minimums: usize,
  window: i32,
  channels: i32,
  taps: i32,
  stride: i32,
  weights: usize,
  weightScales: usize,
  sums: usize,
  bias: usize,
  output: i32,
  outputs: i32,
  results: usize,
): void {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  let w = weights;
  const ones = ONES;
  const first = (<usize>output) << 2;
  const sumBytes = (<usize>paddedOutputs(outputs)) << 2;
  for (let tap = 0; tap < taps; tap++) {
    const frame = window * stride + tap;
    let q = quanta + <usize>(frame * channels);
    const end = q + <usize>channels;
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let a4 = i32x4.splat(0);
    let a5 = i32x4.splat(0);
    for (; q < end; ) {
      const x = v128.load(q);
      a0 = dot<Dot>(v128.load(w), x, ones, a0);
      a1 = dot<Dot>(v128.load(w, 16), x, ones, a1);
      a2 = dot<Dot>(v128.load(w, 32), x, ones, a2);
      a3 = dot<Dot>(v128.load(w, 48), x, ones, a3);
      a4 = dot<Dot>(v128.load(w, 64), x, ones, a4);
      a5 = dot<Dot>(v128.load(w, 80), x, ones, a5);
      q += PANEL_INPUTS;
      w += PANEL_INPUTS * PANEL_OUTPUTS;
    }
    const tapSums = sums + <usize>tap * sumBytes + first;
    const sums4 = v128.load(tapSums);
    const sums2 = v128.load64_zero(tapSums, 16);
    low = f32x4.add(low, scaled(laneSums(a0, a1, a2, a3), sums4, scales, minimums, frame));
    high = f32x4.add(high, scaled(laneSums(a4, a5, a4, a5), sums2, scales, minimums, frame));
  }
  low = f32x4.mul(low, v128.load(weightScales + first));
  high = f32x4.mul(high, v128.load64_zero(weightScales + first, 16));
  const target = results + ((<usize>(window * outputs)) << 2) + first;
  const count = outputs - output;
  storeLanes(target, f32x4.add(low, v128.load(bias + first)), min(count, 4));
  if (count <= 4) return;
  storeLanes(target + 16, f32x4.add(high, v128.load64_zero(bias + first, 16)), min(count - 4, 2));
}

/** 1 if the kernels were compiled with relaxed SIMD, else 0. */
export function usesRelaxedSimd(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 1 : 0;
}

/** 1 if int8 products take the processor's own dot product, 0 if they are put together of 16-bit products. */
export function usesDotProduct(): i32 {
  return HAS_DOT_PRODUCT ? 1 : 0;
}

function scaled(products: v128, sums: v128, scales: usize, minimums: usize, frame: i32): v128 {
  const at = (<usize>frame) << 2;
  return f32x4.add(
    f32x4.mul(f32x4.convert_i32x4_s(products), v128.load32_splat(scales + at)),
    f32x4.mul(sums, v128.load32_splat(minimums + at)),
  );
}

/** Stores the first 1 … 4 lanes. */
function storeLanes(target: usize, value: v128, count: i32): void {
  if (count === 4) {
    v128.store(target, value);
    return;
  }
  store<f32>(target, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(target, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(target, f32x4.extract_lane(value, 2), 8);
}

function paddedOutputs(outputs: i32): i32 {
  return ((outputs + PANEL_OUTPUTS - 1) / PANEL_OUTPUTS) * PANEL_OUTPUTS;
}
