/** Weights as onnxruntime's `quantize_dynamic` stores them: one scale and zero point for a whole tensor. */

import type { WeightTensor } from "../../src/model/checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../../src/model/onnx/builder.ts";

/** weight ≈ (values − zeroPoint) · scale. */
export interface QuantizedTensor {
  readonly values: Value;
  readonly scale: Value;
  readonly zeroPoint: Value;
}

const LARGEST_UINT8 = 255;

/** Adds a weight as uint8 constants over the range from its smallest to its largest value, zero included. */
export function quantizeTensor(
  graph: GraphBuilder,
  { shape, data }: WeightTensor,
): QuantizedTensor {
  const { lowest, highest } = rangeWithZero(data);
  const scale = Math.fround(highest === lowest ? 1 : (highest - lowest) / LARGEST_UINT8);
  const zeroPoint = Math.round(-lowest / scale);
  const values = Uint8ClampedArray.from(data, (value) => value / scale + zeroPoint);
  return {
    values: uint8Constant(graph, shape, values),
    scale: graph.float(scale),
    zeroPoint: uint8Constant(graph, [], Uint8ClampedArray.of(zeroPoint)),
  };
}

const LARGEST_INT8 = 127;

/** Adds a weight as int8 constants, zero being 0: for QInt8, which native onnxruntime has the fastest products for. */
export function quantizeSymmetrically(
  graph: GraphBuilder,
  { shape, data }: WeightTensor,
): QuantizedTensor {
  const { lowest, highest } = rangeWithZero(data);
  const scale = Math.fround(Math.max(highest, -lowest) / LARGEST_INT8 || 1);
  const values = Int8Array.from(data, (value) => Math.round(value / scale));
  return {
    values: graph.constant("int8", shape, values),
    scale: graph.float(scale),
    zeroPoint: graph.constant("int8", [], Int8Array.of(0)),
  };
}

function rangeWithZero(data: Float32Array): { lowest: number; highest: number } {
  let lowest = 0;
  let highest = 0;
  for (const value of data) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return { lowest, highest };
}

/** The builder takes the bytes of a tensor from any array that has them. */
function uint8Constant(
  graph: GraphBuilder,
  shape: readonly number[],
  values: Uint8ClampedArray<ArrayBuffer>,
): Value {
  return graph.constant("uint8", shape, new Int8Array(values.buffer));
}
