/** The baseline's self-attention: separate projections, every head's scores and gated bias at once. */
import type { GraphBuilder, Value } from "../../src/model/onnx/builder.ts";
import { addLinear, addTensor, type Exporter, swapChannels } from "./exported-ops.ts";

/** Adds WavLMAttention under `prefix`: [1, frames, hiddenSize] and bias [heads, frames, frames] → [1, frames, hiddenSize]. */
export async function addAttention(
  exporter: Exporter,
  rows: Value,
  bias: Value,
  prefix: string,
): Promise<Value> {
  const { graph, checkpoint } = exporter;
  const { headCount, hiddenSize } = checkpoint.config;
  const gate = await addGate(exporter, rows, prefix);
  const gatedBias = graph.op("Mul", [gate, bias]);

  // nn.MultiheadAttention puts time before batch.
  const timeFirst = graph.op("Transpose", [rows], { perm: { ints: [1, 0, 2] } });
  const projections = ["q_proj", "k_proj", "v_proj"].map((name) =>
    addLinear(exporter, timeFirst, `${prefix}.${name}`),
  );
  const [query, key, value] = (await Promise.all(projections)).map((projected) =>
    addHeads(exporter, projected),
  );
  const scaling = graph.float(1 / Math.sqrt(hiddenSize / headCount));
  const scaledQuery = graph.op("Mul", [query, scaling]);
  const scores = graph.op("MatMul", [scaledQuery, swapChannels(graph, key)]);
  const weights = graph.op("Softmax", [graph.op("Add", [scores, gatedBias])], {
    axis: { int: -1 },
  });
  const contexts = graph.op("MatMul", [weights, value]);
  const joined = graph.op("Reshape", [headsLast(graph, contexts), graph.ints(-1, 1, hiddenSize)]);
  const projected = await addLinear(exporter, joined, `${prefix}.out_proj`);
  return graph.op("Transpose", [projected], { perm: { ints: [1, 0, 2] } });
}

/** [frames, 1, hiddenSize] → [heads, frames, width]. */
function addHeads({ graph, checkpoint }: Exporter, rows: Value): Value {
  const { headCount, hiddenSize } = checkpoint.config;
  const split = graph.op("Reshape", [rows, graph.ints(-1, headCount, hiddenSize / headCount)]);
  return headsLast(graph, split);
}

/** Swaps heads and frames: [a, b, width] → [b, a, width]. */
function headsLast(graph: GraphBuilder, values: Value): Value {
  return graph.op("Transpose", [values], { perm: { ints: [1, 0, 2] } });
}

/** a · (b · constant − 1) + 2 of the attention's input, [heads, frames, 1]. */
async function addGate(exporter: Exporter, rows: Value, prefix: string): Promise<Value> {
  const { graph, checkpoint } = exporter;
  const { headCount, hiddenSize } = checkpoint.config;
  const split = graph.op("Reshape", [rows, graph.ints(0, 0, headCount, hiddenSize / headCount)]);
  const heads = graph.op("Transpose", [split], { perm: { ints: [0, 2, 1, 3] } });
  const projected = await addLinear(exporter, heads, `${prefix}.gru_rel_pos_linear`);
  const pairs = graph.op("Reshape", [projected, graph.ints(0, 0, -1, 2, 4)]);
  const sums = graph.op("ReduceSum", [pairs, graph.ints(-1)], { keepdims: { int: 0 } });
  const [a, b] = graph.split(graph.op("Sigmoid", [sums]), 2, -1);
  const constant = await addTensor(exporter, `${prefix}.gru_rel_pos_const`);
  const inner = graph.op("Sub", [graph.op("Mul", [b, constant]), graph.float(1)]);
  const gate = graph.op("Add", [graph.op("Mul", [a, inner]), graph.float(2)]);
  return graph.op("Reshape", [gate, graph.ints(headCount, -1, 1)]);
}
