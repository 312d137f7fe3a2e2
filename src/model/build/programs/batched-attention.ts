/** Attention of all heads at once by ONNX operators, for native code: its threads share the heads, and its memory may grow with them. */
import { layerShape } from "../../layer-shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Recipe } from "../recipe.ts";
import type { AttentionInputs } from "./attention.ts";
import { addGates } from "./gates.ts";

/** Adds the attention of layer `index` → [block, attentionSize]; heads × block × frames scores live at a time. */
export async function addBatchedAttention(
  graph: GraphBuilder,
  { rows, queries, keysValues, positions }: AttentionInputs,
  { checkpoint }: Recipe,
  index: number,
): Promise<Value> {
  const { heads, headWidth, attentionSize } = layerShape(checkpoint.config, index);
  const headsFirst = (matrix: Value, order: readonly number[]) => {
    const split = graph.op("Reshape", [matrix, graph.ints(0, heads.length, headWidth)]);
    return transposed(graph, split, order);
  };
  const [keys, values] = graph.split(keysValues, 2, 1) as [Value, Value];
  const products = graph.op("MatMul", [
    headsFirst(queries, [1, 0, 2]),
    headsFirst(keys, [1, 2, 0]),
  ]);
  const gates = async () => {
    const all = transposed(graph, await addGates(graph, rows, checkpoint, index), [1, 0]);
    return graph.op("Unsqueeze", [all, graph.ints(2)]);
  };
  const scores =
    positions === null
      ? products
      : graph.op("Add", [products, graph.op("Mul", [await gates(), positions])]);
  const probabilities = graph.op("Softmax", [scores], { axis: { int: -1 } });
  const contexts = graph.op("MatMul", [probabilities, headsFirst(values, [1, 0, 2])]);
  return graph.op("Reshape", [
    transposed(graph, contexts, [1, 0, 2]),
    graph.ints(0, attentionSize),
  ]);
}

function transposed(graph: GraphBuilder, value: Value, order: readonly number[]): Value {
  return graph.op("Transpose", [value], { perm: { ints: [...order] } });
}
