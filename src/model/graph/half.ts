/** Products whose weights are float16, for GPUs. */
import type { WeightTensor } from "../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import type { Linear } from "./linear.ts";

const FLOAT32 = { to: { int: 1 } };
const FLOAT16 = { to: { int: 10 } };

/** What the product itself is computed in: `float32` where a float16 could not hold the sums (its largest is 65 504). */
export type ProductType = "float16" | "float32";

/** Adds rows · weight + bias, weight in float16, rows, bias and result in float32: [rows, inputs] → [rows, outputs]. */
export function addHalfLinear(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  type: ProductType,
): Value {
  const half = addHalf(graph, weight);
  const product =
    type === "float16"
      ? graph.op("Cast", [graph.op("MatMul", [graph.op("Cast", [rows], FLOAT16), half])], FLOAT32)
      : graph.op("MatMul", [rows, graph.op("Cast", [half], FLOAT32)]);
  return bias === null ? product : graph.op("Add", [product, graph.vector(bias)]);
}

/** Adds a tensor kept in float16 and computed with in float32. */
export function addWidenedHalf(graph: GraphBuilder, weight: WeightTensor): Value {
  return graph.op("Cast", [addHalf(graph, weight)], FLOAT32);
}

function addHalf(graph: GraphBuilder, { shape, data }: WeightTensor): Value {
  return graph.weight("float16", shape, new Float16Array(data));
}
