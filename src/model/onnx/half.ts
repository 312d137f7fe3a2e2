/**
 * Weights kept in float16, for GPUs, and computed with in float32: shaders add float16 products up in float16, which costs a
 * base-plus model 0.028 of its last layer's norm, where rounding its weights costs 0.001; and the outlier channels of large
 * models are beyond float16's largest number.
 */
import type { WeightTensor } from "../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "./builder.ts";

const FLOAT32 = { to: { int: 1 } };

/** Adds a tensor kept in float16 and computed with in float32. */
export function addWidenedHalf(graph: GraphBuilder, { shape, data }: WeightTensor): Value {
  const half = graph.weight("float16", shape, new Float16Array(data));
  return graph.op("Cast", [half], FLOAT32);
}
