/** The two products of attention, for a few rows of one head at a time. */
import { PANEL, storeColumns, storePair } from "./panels";

/** So many rows share what is loaded of keys and values. */
export const TILE_ROWS: i32 = 4;

/** scores[row, frame] = query of the row · key of the frame; rows beyond `count` repeat the last one. */
export function scoreTile(
  queries: usize,
  rowBytes: usize,
  count: i32,
  width: i32,
  keyPanels: usize,
  frames: i32,
  scores: usize,
  scoreBytes: usize,
): void {
  const q0 = queries;
  const q1 = queries + rowBytes * <usize>min(1, count - 1);
  const q2 = queries + rowBytes * <usize>min(2, count - 1);
  const q3 = queries + rowBytes * <usize>min(3, count - 1);
  const end = (<usize>width) << 2;
  let k = keyPanels;
  let target = scores;
  for (let frame = 0; frame < frames; frame += PANEL) {
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    for (let at: usize = 0; at < end; at += 4) {
      const low = v128.load(k);
      const high = v128.load(k, 16);
      k += 32;
      let x = v128.load32_splat(q0 + at);
      a0 = f32x4.add(a0, f32x4.mul(x, low));
      b0 = f32x4.add(b0, f32x4.mul(x, high));
      x = v128.load32_splat(q1 + at);
      a1 = f32x4.add(a1, f32x4.mul(x, low));
      b1 = f32x4.add(b1, f32x4.mul(x, high));
      x = v128.load32_splat(q2 + at);
      a2 = f32x4.add(a2, f32x4.mul(x, low));
      b2 = f32x4.add(b2, f32x4.mul(x, high));
      x = v128.load32_splat(q3 + at);
      a3 = f32x4.add(a3, f32x4.mul(x, low));
      b3 = f32x4.add(b3, f32x4.mul(x, high));
    }
    storePair(target, a0, b0);
    storePair(target + scoreBytes, a1, b1);
    storePair(target + scoreBytes * 2, a2, b2);
    storePair(target + scoreBytes * 3, a3, b3);
    target += 32;
  }
}

/** results[row] = Σ over frames of scores[row, frame] · value of the frame. */
export function mixTile(
  scores: usize,
  scoreBytes: usize,
  count: i32,
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
      let x = v128.load32_splat(scores + at);
      a0 = f32x4.add(a0, f32x4.mul(x, low));
      b0 = f32x4.add(b0, f32x4.mul(x, high));
      x = v128.load32_splat(scores + scoreBytes + at);
      a1 = f32x4.add(a1, f32x4.mul(x, low));
      b1 = f32x4.add(b1, f32x4.mul(x, high));
      x = v128.load32_splat(scores + scoreBytes * 2 + at);
      a2 = f32x4.add(a2, f32x4.mul(x, low));
      b2 = f32x4.add(b2, f32x4.mul(x, high));
      x = v128.load32_splat(scores + scoreBytes * 3 + at);
      a3 = f32x4.add(a3, f32x4.mul(x, low));
      b3 = f32x4.add(b3, f32x4.mul(x, high));
    }
    const target = results + ((<usize>column) << 2);
    const columns = min(PANEL, width - column);
    storeColumns(target, a0, b0, columns);
    if (count > 1) storeColumns(target + rowBytes, a1, b1, columns);
    if (count > 2) storeColumns(target + rowBytes * 2, a2, b2, columns);
    if (count > 3) storeColumns(target + rowBytes * 3, a3, b3, columns);
  }
}
