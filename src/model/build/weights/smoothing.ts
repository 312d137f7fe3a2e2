/** Moves the spread of activations into the weights before both are quantized. */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";

/** Channels that never exceeded this in calibration are left alone. */
const SMALLEST_RANGE = 1e-5;

/**
 * Factors s of each input channel, √(largest activation / largest weight): activations divided and weights multiplied by s
 * share what outlier channels would cost either alone (SmoothQuant, Xiao et al. 2023, with α = ½).
 *
 * @param ranges largest magnitude of each input channel, [inputs]
 * @param weight [inputs, outputs]
 */
export function smoothingFactors(ranges: Float32Array, weight: WeightTensor): Float32Array {
  const weightRanges = rowRanges(weight);
  return ranges.map((range, input) =>
    range < SMALLEST_RANGE || weightRanges[input] < SMALLEST_RANGE
      ? 1
      : Math.sqrt(range / weightRanges[input]),
  );
}

/** Multiplies row r of a matrix by factors[r]. */
export function scaledRows(weight: WeightTensor, factors: Float32Array): WeightTensor {
  const columns = weight.shape[1];
  return {
    shape: weight.shape,
    data: weight.data.map((value, index) => value * factors[Math.floor(index / columns)]),
  };
}

/** Divides column c of a matrix by factors[c]. */
export function dividedColumns(weight: WeightTensor, factors: Float32Array): WeightTensor {
  return {
    shape: weight.shape,
    data: weight.data.map((value, index) => value / factors[index % factors.length]),
  };
}

function rowRanges({ shape, data }: WeightTensor): Float32Array {
  const [inputCount, columns] = shape;
  const ranges = new Float32Array(inputCount);
  for (const [index, value] of data.entries()) {
    const input = Math.floor(index / columns);
    ranges[input] = Math.max(ranges[input], Math.abs(value));
  }
  return ranges;
}
