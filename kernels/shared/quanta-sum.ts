/** Attention's second product in integers, for the rows of a tile of one head. */
import { int8Product } from "../int8-product";
import { HIGH_UNIT } from "./softmax";

/** Both planes of a row, which are windows of a product side by side. */
const PLANES: i32 = 2;

/**
 * results[row] = Σ over frames of quantum · value, divided by the row's total of quanta.
 *
 * @param quanta [count, 2, inputs]: the planes of softmaxQuanta; bytes beyond the frames are 0
 * @param totals [count] int32
 * @param inputs, valuePanels, valueScales of packValues
 * @param halfMiddles [outputs]: half of each column's middle, which both planes add
 * @param outputs the width rounded up to a multiple of 6
 * @param zeros [outputs]
 * @param scales, minimums, products scratch: [count, 2], [count, 2] and [count, 2, outputs]; minimums are 0
 */
export function quantaSum(
  quanta: usize,
  count: i32,
  totals: usize,
  inputs: i32,
  valuePanels: usize,
  valueScales: usize,
  width: i32,
  outputs: i32,
  halfMiddles: usize,
  zeros: usize,
  scales: usize,
  minimums: usize,
  products: usize,
  results: usize,
  rowBytes: usize,
): void {
  for (let row = 0; row < count; row++) {
    const unit: f32 = <f32>1.0 / <f32>load<i32>(totals + ((<usize>row) << 2));
    const at = scales + ((<usize>row) << 3);
    store<f32>(at, HIGH_UNIT * unit);
    store<f32>(at, unit, 4);
  }
  int8Product(
    quanta,
    scales,
    minimums,
    count * PLANES,
    inputs,
    1,
    1,
    valuePanels,
    valueScales,
    zeros,
    halfMiddles,
    outputs,
    products,
  );
  const planeBytes = (<usize>outputs) << 2;
  const end = (<usize>width) << 2;
  const vectorEnd = end & ~15;
  for (let row = 0; row < count; row++) {
    const high = products + <usize>(row * PLANES) * planeBytes;
    const low = high + planeBytes;
    const target = results + <usize>row * rowBytes;
    let at: usize = 0;
    for (; at < vectorEnd; at += 16) {
      v128.store(target + at, f32x4.add(v128.load(high + at), v128.load(low + at)));
    }
    for (; at < end; at += 4) store<f32>(target + at, load<f32>(high + at) + load<f32>(low + at));
  }
}
