/** Attention's second product, for a few rows of one head at a time. */
import { FLOAT32_PANEL } from "./layout";
import { storeColumns } from "./panels";

/** Rows that share what is loaded of values. */
export const SUM_ROWS: i32 = 4;

/**
 * results[row] = Σ over frames of weights[row, frame] · value of the frame, divided by the row's total. Unrolled by
 * hand: AssemblyScript keeps vectors in registers only as single locals.
 */
export function weightedSum(
  weights: usize,
  weightBytes: usize,
  count: i32,
  totals: usize,
  valuePanels: usize,
  frames: i32,
  width: i32,
  results: usize,
  rowBytes: usize,
): void {
  const end = (<usize>frames) << 2;
  let v = valuePanels;
  for (let column = 0; column < width; column += FLOAT32_PANEL) {
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    for (let at: usize = 0; at < end; at += 4) {
      const low = v128.load(v);
      const high = v128.load(v, 16);
      v += 32;
      let x = v128.load32_splat(weights + at);
      a0 = f32x4.add(a0, f32x4.mul(x, low));
      b0 = f32x4.add(b0, f32x4.mul(x, high));
      x = v128.load32_splat(weights + weightBytes + at);
      a1 = f32x4.add(a1, f32x4.mul(x, low));
      b1 = f32x4.add(b1, f32x4.mul(x, high));
      x = v128.load32_splat(weights + weightBytes * 2 + at);
      a2 = f32x4.add(a2, f32x4.mul(x, low));
      b2 = f32x4.add(b2, f32x4.mul(x, high));
      x = v128.load32_splat(weights + weightBytes * 3 + at);
      a3 = f32x4.add(a3, f32x4.mul(x, low));
      b3 = f32x4.add(b3, f32x4.mul(x, high));
    }
    const target = results + ((<usize>column) << 2);
    const columns = min(FLOAT32_PANEL, width - column);
    storeDivided(target, a0, b0, totals, columns);
    if (count > 1) storeDivided(target + rowBytes, a1, b1, totals + 4, columns);
    if (count > 2) storeDivided(target + rowBytes * 2, a2, b2, totals + 8, columns);
    if (count > 3) storeDivided(target + rowBytes * 3, a3, b3, totals + 12, columns);
  }
}

function storeDivided(target: usize, low: v128, high: v128, total: usize, columns: i32): void {
  const inverse = f32x4.splat(<f32>1.0 / load<f32>(total));
  storeColumns(target, f32x4.mul(low, inverse), f32x4.mul(high, inverse), columns);
}
