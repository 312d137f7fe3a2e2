/** Products and dilated convolutions of float32 rows with float32 weights. Long because the inner loop is unrolled. */
import { FLOAT32_PANEL } from "./shared/layout";
import { storeColumns } from "./shared/panels";

/** Windows that share what is loaded of the weights. */
const SHARED_WINDOWS: i32 = 4;

/** Windows that are multiplied with all weights in turn: a panel of weights stays in the first-level cache meanwhile. */
const TILE_WINDOWS: i32 = 32;

/** Windows that are computed best together: a whole tile. */
export function float32ProductTile(): i32 {
  return TILE_WINDOWS;
}

/**
 * results[w, o] = bias[o] + Σ over taps t and inputs i of rows[w + t · dilation, i] · weights[o, t, i]; with `relu`, max(…, 0).
 *
 * @param rows [windows + (taps − 1) · dilation, inputs]
 * @param weights panels, [outputs / 8, taps · inputs, 8], outputs rounded up to a multiple of 8
 * @param bias [outputs, rounded up]
 * @param results [windows, outputs]
 */
export function float32Product(
  rows: usize,
  windows: i32,
  inputs: i32,
  taps: i32,
  dilation: i32,
  weights: usize,
  bias: usize,
  relu: i32,
  outputs: i32,
  results: usize,
): void {
  const panelBytes = (<usize>(taps * inputs * FLOAT32_PANEL)) << 2;
  for (let tile = 0; tile < windows; tile += TILE_WINDOWS) {
    const tileEnd = min(tile + TILE_WINDOWS, windows);
    let panel = weights;
    for (let output = 0; output < outputs; output += FLOAT32_PANEL) {
      for (let window = tile; window < tileEnd; window += SHARED_WINDOWS) {
        sharedWindows(
          rows,
          window,
          min(SHARED_WINDOWS, tileEnd - window),
          inputs,
          taps,
          dilation,
          panel,
          bias,
          relu,
          output,
          outputs,
          results,
        );
      }
      panel += panelBytes;
    }
  }
}

/** Up to four windows; where there are fewer, the last one is computed several times over. */
function sharedWindows(
  rows: usize,
  window: i32,
  count: i32,
  inputs: i32,
  taps: i32,
  dilation: i32,
  panel: usize,
  bias: usize,
  relu: i32,
  output: i32,
  outputs: i32,
  results: usize,
): void {
  const rowBytes = (<usize>inputs) << 2;
  const start = bias + ((<usize>output) << 2);
  let a0 = v128.load(start);
  let b0 = v128.load(start, 16);
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  let w = panel;
  for (let tap = 0; tap < taps; tap++) {
    let x0 = rows + <usize>(window + tap * dilation) * rowBytes;
    let x1 = count > 1 ? x0 + rowBytes : x0;
    let x2 = count > 2 ? x1 + rowBytes : x1;
    let x3 = count > 3 ? x2 + rowBytes : x2;
    const end = x0 + rowBytes;
    for (; x0 < end; ) {
      const low = v128.load(w);
      const high = v128.load(w, 16);
      let x = v128.load32_splat(x0);
      a0 = f32x4.add(a0, f32x4.mul(x, low));
      b0 = f32x4.add(b0, f32x4.mul(x, high));
      x = v128.load32_splat(x1);
      a1 = f32x4.add(a1, f32x4.mul(x, low));
      b1 = f32x4.add(b1, f32x4.mul(x, high));
      x = v128.load32_splat(x2);
      a2 = f32x4.add(a2, f32x4.mul(x, low));
      b2 = f32x4.add(b2, f32x4.mul(x, high));
      x = v128.load32_splat(x3);
      a3 = f32x4.add(a3, f32x4.mul(x, low));
      b3 = f32x4.add(b3, f32x4.mul(x, high));
      w += 32;
      x0 += 4;
      x1 += 4;
      x2 += 4;
      x3 += 4;
    }
  }
  const resultBytes = (<usize>outputs) << 2;
  const columns = min(FLOAT32_PANEL, outputs - output);
  const target = results + <usize>window * resultBytes + ((<usize>output) << 2);
  storeActivated(target, a0, b0, relu, columns);
  if (count > 1) storeActivated(target + resultBytes, a1, b1, relu, columns);
  if (count > 2) storeActivated(target + resultBytes * 2, a2, b2, relu, columns);
  if (count > 3) storeActivated(target + resultBytes * 3, a3, b3, relu, columns);
}

function storeActivated(target: usize, low: v128, high: v128, relu: i32, columns: i32): void {
  if (relu) {
    const zeros = f32x4.splat(0);
    storeColumns(target, f32x4.max(low, zeros), f32x4.max(high, zeros), columns);
  } else {
    storeColumns(target, low, high, columns);
  }
}
