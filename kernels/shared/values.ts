/** Values of attention as int8 weights of a product: a column is an output, and frames are its inputs (int8-product.ts). */
import { PANEL_INPUTS, PANEL_OUTPUTS } from "./layout";
import { inverseOf, quantaOf } from "./quanta";
import { roundedUp } from "./rounded-up";

/** Steps from a column's middle to its ends. */
const LARGEST_QUANTUM: f32 = 127.0;
const HALF: f32 = 0.5;

/** Frames and columns that are turned around together. */
const BLOCK: i32 = 4;

/**
 * Quantizes each column over its own range: value ≈ middle + scale · quantum, quanta −127 … 127.
 *
 * @param values `frames` rows of `width` float32, `rowBytes` from one to the next
 * @param inputs frames rounded up to a multiple of 16; quanta beyond them are 0
 * @param panels int8 [outputs / 6, inputs / 16, 6, 16], outputs being the width rounded up to a multiple of 6; columns beyond the
 *   width are 0
 * @param scales [outputs]
 * @param halfMiddles [outputs]: half of each middle, since both planes of a row of probabilities add one
 */
export function packValues(
  values: usize,
  rowBytes: usize,
  frames: i32,
  width: i32,
  inputs: i32,
  panels: usize,
  scales: usize,
  halfMiddles: usize,
): void {
  const outputs = roundedUp(width, PANEL_OUTPUTS);
  memory.fill(panels, 0, <usize>(outputs * inputs));
  memory.fill(scales, 0, (<usize>outputs) << 2);
  memory.fill(halfMiddles, 0, (<usize>outputs) << 2);
  let column = 0;
  for (; column + BLOCK <= width; column += BLOCK) {
    const at = (<usize>column) << 2;
    packFour(values + at, rowBytes, frames, column, inputs, panels, scales + at, halfMiddles + at);
  }
  for (; column < width; column++) {
    const at = (<usize>column) << 2;
    packOne(
      values + at,
      rowBytes,
      frames,
      laneOf(panels, column, inputs),
      scales + at,
      halfMiddles + at,
    );
  }
}

/** Where a column's quanta of the first 16 frames stand; those of the next 16 are a panel's six vectors further. */
function laneOf(panels: usize, column: i32, inputs: i32): usize {
  const place = column % PANEL_OUTPUTS;
  return panels + <usize>((column - place) * inputs + place * PANEL_INPUTS);
}

/** How far into its lane a frame's quantum is. */
function placeOf(frame: i32): usize {
  const within = frame & (PANEL_INPUTS - 1);
  return <usize>((frame - within) * PANEL_OUTPUTS + within);
}

function packFour(
  values: usize,
  rowBytes: usize,
  frames: i32,
  column: i32,
  inputs: i32,
  panels: usize,
  scales: usize,
  halfMiddles: usize,
): void {
  let lowest = v128.load(values);
  let highest = lowest;
  let source = values;
  for (let frame = 1; frame < frames; frame++) {
    source += rowBytes;
    const value = v128.load(source);
    lowest = f32x4.pmin(lowest, value);
    highest = f32x4.pmax(highest, value);
  }
  const halves = f32x4.splat(HALF);
  const middle = f32x4.add(f32x4.mul(lowest, halves), f32x4.mul(highest, halves));
  const reach = f32x4.sub(highest, middle);
  v128.store(halfMiddles, f32x4.mul(middle, halves));
  v128.store(scales, f32x4.div(reach, f32x4.splat(LARGEST_QUANTUM)));
  const inverses = f32x4(
    inverseOf(load<f32>(scales)),
    inverseOf(load<f32>(scales, 4)),
    inverseOf(load<f32>(scales, 8)),
    inverseOf(load<f32>(scales, 12)),
  );
  const lane0 = laneOf(panels, column, inputs);
  const lane1 = laneOf(panels, column + 1, inputs);
  const lane2 = laneOf(panels, column + 2, inputs);
  const lane3 = laneOf(panels, column + 3, inputs);
  source = values;
  for (let frame = 0; frame < frames; frame += BLOCK) {
    // Rows beyond the last frame are not read: their quanta are 0.
    const left = frames - frame;
    const rows01 = i16x8.narrow_i32x4_s(
      quantaOf(v128.load(source), middle, inverses),
      left > 1 ? quantaOf(v128.load(source + rowBytes), middle, inverses) : i32x4.splat(0),
    );
    const rows23 = i16x8.narrow_i32x4_s(
      left > 2 ? quantaOf(v128.load(source + rowBytes * 2), middle, inverses) : i32x4.splat(0),
      left > 3 ? quantaOf(v128.load(source + rowBytes * 3), middle, inverses) : i32x4.splat(0),
    );
    const rows = i8x16.narrow_i16x8_s(rows01, rows23);
    const columns = i8x16.shuffle(rows, rows, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const place = placeOf(frame);
    v128.store32_lane(lane0 + place, columns, 0);
    v128.store32_lane(lane1 + place, columns, 1);
    v128.store32_lane(lane2 + place, columns, 2);
    v128.store32_lane(lane3 + place, columns, 3);
    source += rowBytes * BLOCK;
  }
}

function packOne(
  values: usize,
  rowBytes: usize,
  frames: i32,
  lane: usize,
  scaleAt: usize,
  halfMiddleAt: usize,
): void {
  let lowest = load<f32>(values);
  let highest = lowest;
  for (let frame = 1; frame < frames; frame++) {
    const value = load<f32>(values + <usize>frame * rowBytes);
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const middle: f32 = lowest * HALF + highest * HALF;
  const scale: f32 = (highest - middle) / LARGEST_QUANTUM;
  const inverse = inverseOf(scale);
  store<f32>(halfMiddleAt, middle * HALF);
  store<f32>(scaleAt, scale);
  for (let frame = 0; frame < frames; frame++) {
    const value = (load<f32>(values + <usize>frame * rowBytes) - middle) * inverse;
    store<i8>(lane + placeOf(frame), <i8>(<i32>nearest(value)));
  }
}
