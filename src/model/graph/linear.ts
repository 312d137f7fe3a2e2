/** Products with constant weights, in float32 or int8. */
import type { Checkpoint, WeightTensor } from "../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import { type QuantizedWeights, quantizeColumns } from "./quantize.ts";
import { transposed } from "./weights.ts";

/** rows · weight + bias; `weight` is [inputs, outputs]. */
export interface Linear {
  readonly weight: WeightTensor;
  readonly bias: Float32Array | null;
}

/** Reads the linear layer whose PyTorch `weight` [outputs, inputs] and `bias` stand under `prefix`. */
export async function readLinear(checkpoint: Checkpoint, prefix: string) {
  const bias = await checkpoint.tensor(`${prefix}.bias`);
  return { weight: transposed(await checkpoint.tensor(`${prefix}.weight`)), bias: bias.data };
}

/** Adds rows · weight + bias: [rows, inputs] → [rows, outputs]. */
export function addLinear(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  precision: "float32" | "int8",
): Value {
  if (precision === "float32") {
    return addBias(graph, graph.op("MatMul", [rows, addMatrix(graph, weight)]), bias);
  }
  return addBias(
    graph,
    addInt8Product(graph, rows, graph.op("Abs", [rows]), quantizeColumns(weight)),
    bias,
  );
}

/** GELU's smallest value is −0.16997, in its tanh form −0.17004; this lifts its results to 0 and above. */
export const GELU_LIFT = 0.1701;

/** Adds the lift to GELU's results, so that all eight bits are for what is above. */
export function addLift(graph: GraphBuilder, rows: Value): Value {
  return graph.op("Add", [rows, graph.float(GELU_LIFT)]);
}

/** rows · weight + bias in int8, for rows to which `addLift` was applied; the bias takes the lift back. */
export function addLiftedInt8Linear(
  graph: GraphBuilder,
  liftedRows: Value,
  { weight, bias }: Linear,
): Value {
  const quantized = quantizeColumns(weight);
  const lifts = columnSums(quantized).map((sum) => GELU_LIFT * sum);
  const correction = lifts.map((lift, column) => (bias?.[column] ?? 0) - lift);
  return addBias(graph, addInt8Product(graph, liftedRows, liftedRows, quantized), correction);
}

/** Sums of the columns as the product sees them, rounded to int8. */
function columnSums({ quantized, scales }: QuantizedWeights): Float32Array {
  const sums = new Float64Array(scales.length);
  for (const [index, value] of quantized.entries()) sums[index % scales.length] += value;
  return Float32Array.from(sums, (sum, column) => sum * scales[column]);
}

/** Divides every row's channels by `factors`, as smoothing wants its activations. */
export function addSmoothing(graph: GraphBuilder, rows: Value, factors: Float32Array): Value {
  return graph.op("Mul", [rows, graph.vector(factors.map((factor) => 1 / factor))]);
}

/** Adds a float32 matrix. */
export function addMatrix(graph: GraphBuilder, { shape, data }: WeightTensor): Value {
  return graph.weight("float32", shape, data);
}

function addBias(graph: GraphBuilder, product: Value, bias: Float32Array | null): Value {
  return bias === null ? product : graph.op("Add", [product, graph.vector(bias)]);
}

/**
 * Weights are int8 per output column. Activations are quantized at run time by one scale for the whole matrix, so each
 * row is first divided by its own largest magnitude: quiet frames keep their eight bits beside loud ones.
 */
function addInt8Product(
  graph: GraphBuilder,
  rows: Value,
  magnitudes: Value,
  { quantized, scales }: QuantizedWeights,
): Value {
  const largest = graph.op("ReduceMax", [magnitudes], {
    axes: { ints: [1] },
    keepdims: { int: 1 },
  });
  const rowScale = graph.op("Max", [largest, graph.float(SMALLEST_ROW_MAGNITUDE)]);
  const product = graph.microsoft("DynamicQuantizeMatMul", [
    graph.op("Mul", [rows, graph.op("Reciprocal", [rowScale])]),
    graph.weight("int8", [quantized.length / scales.length, scales.length], quantized),
    graph.vector(scales),
  ]);
  return graph.op("Mul", [product, rowScale]);
}

/** Keeps a row of zeros from being divided by zero. */
const SMALLEST_ROW_MAGNITUDE = 1e-12;
