/** Matrices in the order that float32 products read them: eight columns side by side. */
import { FLOAT32_PANEL } from "./layout";

/** Columns of a panel are columns of the rows: [width / 8, count, 8]; those beyond the last column are 0. */
export function packColumns(
  rows: usize,
  rowBytes: usize,
  count: i32,
  width: i32,
  panels: usize,
): void {
  let target = panels;
  for (let first = 0; first < width; first += FLOAT32_PANEL) {
    const columns = min(FLOAT32_PANEL, width - first);
    let source = rows + ((<usize>first) << 2);
    for (let row = 0; row < count; row++) {
      if (columns === FLOAT32_PANEL) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
      } else {
        for (let column = 0; column < FLOAT32_PANEL; column++) {
          const at = (<usize>column) << 2;
          store<f32>(target + at, column < columns ? load<f32>(source + at) : 0);
        }
      }
      source += rowBytes;
      target += 32;
    }
  }
}

/** Stores eight floats. */
function storePair(target: usize, low: v128, high: v128): void {
  v128.store(target, low);
  v128.store(target, high, 16);
}

/** Stores the first `columns` of eight floats. */
export function storeColumns(target: usize, low: v128, high: v128, columns: i32): void {
  if (columns === FLOAT32_PANEL) {
    storePair(target, low, high);
    return;
  }
  let rest = low;
  let left = columns;
  let at = target;
  if (left >= 4) {
    v128.store(at, low);
    rest = high;
    left -= 4;
    at += 16;
  }
  if (left > 0) store<f32>(at, f32x4.extract_lane(rest, 0));
  if (left > 1) store<f32>(at, f32x4.extract_lane(rest, 1), 4);
  if (left > 2) store<f32>(at, f32x4.extract_lane(rest, 2), 8);
}
