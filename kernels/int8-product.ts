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
 * @param weights panels of int8, [outputs / 4, taps · channels / 16, 4, 16], outputs rounded up to a multiple of 4
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
      let window = tile;
      for (; window + 2 <= tileEnd; window += 2) {
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
 * Two windows share what is loaded of the weights. Unrolled by hand: AssemblyScript keeps vectors in registers only as single
 * locals, and V8 keeps these eight sums and what they are made of in its registers, while a third window's would be spilled.
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
  let total0 = f32x4.splat(0);
  let total1 = f32x4.splat(0);
  let w = weights;
  const ones = ONES;
  const sumStride = sumStrideOf(outputs);
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
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
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
      q0 += PANEL_INPUTS;
      q1 += PANEL_INPUTS;
      w += PANEL_INPUTS * PANEL_OUTPUTS;
    }
    const tapSums = v128.load(sums + <usize>((tap * sumStride + output) << 2));
    total0 = f32x4.add(total0, scaled(laneSums(a0, a1, a2, a3), tapSums, scales, minimums, frame0));
    total1 = f32x4.add(total1, scaled(laneSums(b0, b1, b2, b3), tapSums, scales, minimums, frame1));
  }
  finish(total0, weightScales, bias, output, outputs, results, window);
  finish(total1, weightScales, bias, output, outputs, results, window + 1);
}

/** The rest of a tile: one window, unrolled for the same reason. */
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
  let total = f32x4.splat(0);
  let w = weights;
  const ones = ONES;
  const sumStride = sumStrideOf(outputs);
  for (let tap = 0; tap < taps; tap++) {
    const frame = window * stride + tap;
    let q = quanta + <usize>(frame * channels);
    const end = q + <usize>channels;
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    for (; q < end; ) {
      const x = v128.load(q);
      a0 = dot<Dot>(v128.load(w), x, ones, a0);
      a1 = dot<Dot>(v128.load(w, 16), x, ones, a1);
      a2 = dot<Dot>(v128.load(w, 32), x, ones, a2);
      a3 = dot<Dot>(v128.load(w, 48), x, ones, a3);
      q += PANEL_INPUTS;
      w += PANEL_INPUTS * PANEL_OUTPUTS;
    }
    const tapSums = v128.load(sums + <usize>((tap * sumStride + output) << 2));
    total = f32x4.add(total, scaled(laneSums(a0, a1, a2, a3), tapSums, scales, minimums, frame));
  }
  finish(total, weightScales, bias, output, outputs, results, window);
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

function finish(
  total: v128,
  weightScales: usize,
  bias: usize,
  output: i32,
  outputs: i32,
  results: usize,
  window: i32,
): void {
  const at = (<usize>output) << 2;
  const value = f32x4.add(f32x4.mul(total, v128.load(weightScales + at)), v128.load(bias + at));
  const target = results + ((<usize>(window * outputs)) << 2) + at;
  const count = outputs - output;
  if (count >= PANEL_OUTPUTS) {
    v128.store(target, value);
    return;
  }
  store<f32>(target, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(target, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(target, f32x4.extract_lane(value, 2), 8);
}

function sumStrideOf(outputs: i32): i32 {
  return (outputs + PANEL_OUTPUTS - 1) & ~(PANEL_OUTPUTS - 1);
}
