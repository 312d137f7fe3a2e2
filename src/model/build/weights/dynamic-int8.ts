/** Products whose weights are int8 and whose rows become uint8 as they are multiplied, by onnxruntime's operators. */
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Linear } from "../programs/linear.ts";
import { compensatedColumns } from "./compensated.ts";
import { quantizeColumns } from "./quantize.ts";

/** The code of zero; a row's largest magnitude is 127 away from it. */
const ZERO_POINT = 128;
const LARGEST_STEP = 127;

/** Keeps rows of zeros from a scale of zero. */
const SMALLEST_MAGNITUDE = 1e-30;

/**
 * Adds rows · weight + bias: [rows, inputs] → [rows, outputs]. Each row has its own scale and each output has one
 * (com.microsoft MatMulIntegerToFloat, onnxruntime's ContribOperators.md).
 *
 * @param moments of the rows in calibration, for rounding that compensates; null for rounding to the nearest
 */
export function addDynamicInt8Linear(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  moments: Float32Array | null,
): Value {
  const { quantized, scales } =
    moments === null ? quantizeColumns(weight) : compensatedColumns(weight, moments);
  const zero = graph.constant("uint8", [], Uint8Array.of(ZERO_POINT));
  const { codes, rowScales } = addQuantizedRows(graph, rows, zero);
  const sums = graph.microsoft("MatMulIntegerToFloat", [
    codes,
    graph.weight("int8", weight.shape, quantized),
    graph.float(1),
    graph.vector(scales),
    zero,
  ]);
  const product = graph.op("Mul", [sums, rowScales]);
  return bias === null ? product : graph.op("Add", [product, graph.vector(bias)]);
}

/** Quantizes each row by its largest magnitude: uint8 codes [rows, inputs] and scales [rows, 1]. */
function addQuantizedRows(graph: GraphBuilder, rows: Value, zero: Value) {
  const alongRow = { axes: { ints: [1] }, keepdims: { int: 1 } };
  const magnitude = graph.op("Max", [
    graph.op("ReduceMax", [rows], alongRow),
    graph.op("Neg", [graph.op("ReduceMin", [rows], alongRow)]),
    graph.float(SMALLEST_MAGNITUDE),
  ]);
  // One scale for all rows: onnxruntime shares rows of scales of their own out among threads one by one.
  const scaled = graph.op("Mul", [rows, graph.op("Div", [graph.float(LARGEST_STEP), magnitude])]);
  const codes = graph.op("QuantizeLinear", [scaled, graph.float(1), zero]);
  return { codes, rowScales: graph.op("Mul", [magnitude, graph.float(1 / LARGEST_STEP)]) };
}
