/** Keys of attention as int8 weights of a product: a frame is an output (int8-product.ts). */
import { largestLane } from "./lanes";
import { PANEL_INPUTS, PANEL_OUTPUTS } from "./layout";
import { inverseOf, quantizeSigned } from "./quanta";

const LARGEST_KEY: f32 = 127.0;

/**
 * Quantizes each key over its own largest value, symmetrically: key ≈ scale · quantum, quanta −127 … 127.
 *
 * @param keys `frames` rows of `width` float32, `rowBytes` from one to the next
 * @param inputs width rounded up to a multiple of 32; quanta beyond the width are 0
 * @param panels int8 [paddedFrames / 6, inputs / 16, 6, 16]; frames beyond the last are 0
 * @param scales [paddedFrames]
 * @param sums [paddedFrames], of a frame's quanta
 */
export function packKeys(
  keys: usize,
  rowBytes: usize,
  frames: i32,
  paddedFrames: i32,
  width: i32,
  inputs: i32,
  panels: usize,
  scales: usize,
  sums: usize,
): void {
  const frameBytes = (<usize>paddedFrames) << 2;
  memory.fill(panels, 0, <usize>(paddedFrames * inputs));
  memory.fill(scales, 0, frameBytes);
  memory.fill(sums, 0, frameBytes);
  for (let frame = 0; frame < frames; frame++) {
    const key = keys + <usize>frame * rowBytes;
    const scale: f32 = largestSize(key, width) / LARGEST_KEY;
    const inverse = inverseOf(scale);
    const place = frame % PANEL_OUTPUTS;
    const panel = panels + <usize>((frame - place) * inputs);
    const lane = panel + <usize>(place * PANEL_INPUTS);
    let sum = 0;
    for (let input = 0; input < width; input += PANEL_INPUTS) {
      const source = key + ((<usize>input) << 2);
      const target = lane + <usize>(input * PANEL_OUTPUTS);
      sum += quantizeSigned(source, min(PANEL_INPUTS, width - input), inverse, target);
    }
    store<f32>(scales + ((<usize>frame) << 2), scale);
    store<f32>(sums + ((<usize>frame) << 2), <f32>sum);
  }
}

function largestSize(values: usize, count: i32): f32 {
  const vectorEnd = count & ~3;
  let sizes = f32x4.splat(0);
  let index = 0;
  for (; index < vectorEnd; index += 4) {
    sizes = f32x4.pmax(sizes, f32x4.abs(v128.load(values + ((<usize>index) << 2))));
  }
  let size = largestLane(sizes);
  for (; index < count; index++) size = max(size, abs(load<f32>(values + ((<usize>index) << 2))));
  return size;
}
