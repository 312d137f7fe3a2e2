/** Attention's second product, for a few rows of one head at a time. */
import { PANEL, storeColumns } from "./panels";

/** So many rows share what is loaded of values. */
export const MIX_ROWS: i32 = 4;

/** results[row] = Σ over frames of shares[row, frame] · value of the frame, divided by the row's total. */
export function mixRows(
  shares: usize,
  shareBytes: usize,
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
  for (let column = 0; column < width; column += PANEL) {
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
      let x = v128.load32_splat(shares + at);
      a0 = f32x4.add(a0, f32x4.mul(x, low));
      b0 = f32x4.add(b0, f32x4.mul(x, high));
      x = v128.load32_splat(shares + shareBytes + at);
      a1 = f32x4.add(a1, f32x4.mul(x, low));
      b1 = f32x4.add(b1, f32x4.mul(x, high));
      x = v128.load32_splat(shares + shareBytes * 2 + at);
      a2 = f32x4.add(a2, f32x4.mul(x, low));
      b2 = f32x4.add(b2, f32x4.mul(x, high));
      x = v128.load32_splat(shares + shareBytes * 3 + at);
      a3 = f32x4.add(a3, f32x4.mul(x, low));
      b3 = f32x4.add(b3, f32x4.mul(x, high));
    }
    const target = results + ((<usize>column) << 2);
    const columns = min(PANEL, width - column);
    storeShare(target, a0, b0, totals, columns);
    if (count > 1) storeShare(target + rowBytes, a1, b1, totals + 4, columns);
    if (count > 2) storeShare(target + rowBytes * 2, a2, b2, totals + 8, columns);
    if (count > 3) storeShare(target + rowBytes * 3, a3, b3, totals + 12, columns);
  }
}

function storeShare(target: usize, low: v128, high: v128, total: usize, columns: i32): void {
  const inverse = f32x4.splat(<f32>1.0 / load<f32>(total));
  storeColumns(target, f32x4.mul(low, inverse), f32x4.mul(high, inverse), columns);
}
