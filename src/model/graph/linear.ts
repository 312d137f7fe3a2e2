/** Linear layers in each precision: weights → nodes that multiply rows by them. */
import type { WeightTensor } from "../checkpoint/checkpoint.ts";
import type { Precision } from "../pack.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import { quantizeColumns } from "./quantize.ts";

/** A matrix product with constant weights; `weight` is [inputs, outputs]. */
export interface Linear {
  readonly weight: WeightTensor;
  readonly bias: Float32Array | null;
}

/** Adds rows · weight + bias in the pack's precision: [rows, inputs] → [rows, outputs]. */
export function addLinear(
  graph: GraphBuilder,
  rows: Value,
  linear: Linear,
  precision: Precision,
): Value {
  return precision === "q8"
    ? addInt8Linear(graph, rows, linear)
    : addFloatLinear(graph, rows, linear);
}

/** Adds rows · weight + bias in float32. */
export function addFloatLinear(graph: GraphBuilder, rows: Value, { weight, bias }: Linear): Value {
  const product = graph.op("MatMul", [rows, graph.constant("float32", weight.shape, weight.data)]);
  return bias === null ? product : graph.op("Add", [product, addVector(graph, bias)]);
}

/** Adds a constant vector. */
export function addVector(graph: GraphBuilder, values: Float32Array): Value {
  return graph.constant("float32", [values.length], values);
}

/**
 * Weights are int8 per output column. Activations are quantized at run time by one scale for the whole matrix, so each
 * row is first divided by its own largest magnitude: quiet frames keep their eight bits beside loud ones.
 */
function addInt8Linear(graph: GraphBuilder, rows: Value, { weight, bias }: Linear): Value {
  const { quantized, scales } = quantizeColumns(weight);
  const magnitude = graph.op("ReduceMax", [graph.op("Abs", [rows])], {
    axes: { ints: [1] },
    keepdims: { int: 1 },
  });
  const rowScale = graph.op("Max", [magnitude, graph.float(SMALLEST_ROW_MAGNITUDE)]);
  const product = graph.microsoft("DynamicQuantizeMatMul", [
    graph.op("Div", [rows, rowScale]),
    graph.constant("int8", weight.shape, quantized),
    graph.constant("float32", [scales.length], scales),
  ]);
  const scaled = graph.op("Mul", [product, rowScale]);
  return bias === null ? scaled : graph.op("Add", [scaled, addVector(graph, bias)]);
}

/** Keeps a row of zeros from being divided by zero. */
const SMALLEST_ROW_MAGNITUDE = 1e-12;
