/** Self-attention with WavLM's gated relative position bias, one head at a time. */
import type { WavLMConfig } from "../config.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import { addCheckpointLinear, type LayerSource } from "./layer.ts";
import { addLinear, addVector } from "./linear.ts";
import { readVector } from "./norm.ts";
import { joined, scaled, sideBySide, transposed } from "./weights.ts";

/**
 * Adds softmax(q·kᵀ/√d + gate · bias) · v and its output projection: [frames, hiddenSize] → the same
 * (transformers modeling_wavlm.py, WavLMAttention).
 *
 * Heads are written out one by one, so that only one frames × frames matrix of scores lives at a time, and the bias
 * comes from the table of relative positions instead of a [heads, frames, frames] input.
 */
export async function addAttention(
  graph: GraphBuilder,
  rows: Value,
  table: Value,
  source: LayerSource,
): Promise<Value> {
  const { config } = source.checkpoint;
  const projections = await addProjections(graph, rows, source);
  const gates = await addGates(graph, rows, source);
  const headTables = split(graph, table, config.headCount, 0);
  const contexts = Array.from({ length: config.headCount }, (_, head) => {
    const bias = addGatedBias(graph, gates[head], headTables[head]);
    const query = projections[head];
    const key = projections[config.headCount + head];
    const value = projections[2 * config.headCount + head];
    const scores = graph.op("Gemm", [query, key, bias], { transB: { int: 1 } });
    return graph.op("MatMul", [graph.op("Softmax", [scores], { axis: { int: -1 } }), value]);
  });
  const context =
    contexts.length === 1 ? contexts[0] : graph.op("Concat", contexts, { axis: { int: 1 } });
  return addCheckpointLinear(graph, context, `${source.prefix}.attention.out_proj`, source);
}

/** One product for queries, keys and values; 1/√d is folded into the queries. Gives 3 · heads pieces of [frames, d]. */
async function addProjections(
  graph: GraphBuilder,
  rows: Value,
  source: LayerSource,
): Promise<Value[]> {
  const { checkpoint, prefix, precision } = source;
  const { hiddenSize, headCount } = checkpoint.config;
  const scaling = 1 / Math.sqrt(hiddenSize / headCount);
  const names = ["q_proj", "k_proj", "v_proj"].map((name) => `${prefix}.attention.${name}`);
  const factors = [scaling, 1, 1];
  const weights = await Promise.all(
    names.map(async (name, index) =>
      scaled(transposed(await checkpoint.tensor(`${name}.weight`)), factors[index]),
    ),
  );
  const biases = await Promise.all(
    names.map(
      async (name, index) => scaled(await checkpoint.tensor(`${name}.bias`), factors[index]).data,
    ),
  );
  const product = addLinear(
    graph,
    rows,
    { weight: sideBySide(weights), bias: joined(biases) },
    precision,
  );
  return split(graph, product, 3 * headCount, 1);
}

/** Gates from the attention's own input: a · (b · constant − 1) + 2, one [frames, 1] per head. */
async function addGates(graph: GraphBuilder, rows: Value, source: LayerSource): Promise<Value[]> {
  const { checkpoint, prefix } = source;
  const { headCount } = checkpoint.config;
  const name = `${prefix}.attention.gru_rel_pos_linear`;
  const weight = await checkpoint.tensor(`${name}.weight`);
  const bias = await checkpoint.tensor(`${name}.bias`);
  const perHead = graph.op("Reshape", [
    rows,
    graph.ints(0, headCount, headWidth(checkpoint.config)),
  ]);
  const summed = summedGateWeights(weight.data, bias.data, headWidth(checkpoint.config));
  const product = graph.op("MatMul", [
    perHead,
    graph.constant("float32", [headWidth(checkpoint.config), 2], summed.weight),
  ]);
  const sigmoid = graph.op("Sigmoid", [graph.op("Add", [product, addVector(graph, summed.bias)])]);
  const [a, b] = split(graph, sigmoid, 2, 2).map((part) =>
    graph.op("Squeeze", [part, graph.ints(2)]),
  );
  const constants = addVector(
    graph,
    await readVector(checkpoint, `${prefix}.attention.gru_rel_pos_const`),
  );
  const inner = graph.op("Sub", [graph.op("Mul", [b, constants]), graph.float(1)]);
  const gates = graph.op("Add", [graph.op("Mul", [a, inner]), graph.float(2)]);
  return split(graph, gates, headCount, 1);
}

/** Sums the 8 gate outputs in two groups of 4 ahead of time: [8, d] and [8] → [d, 2] and [2]. */
function summedGateWeights(weight: Float32Array, bias: Float32Array, width: number) {
  const summedWeight = new Float32Array(width * 2);
  const summedBias = new Float32Array(2);
  for (let output = 0; output < 8; output++) {
    const group = output >> 2;
    summedBias[group] += bias[output];
    for (let input = 0; input < width; input++) {
      summedWeight[input * 2 + group] += weight[output * width + input];
    }
  }
  return { weight: summedWeight, bias: summedBias };
}

/**
 * gate[i] · table[j − i] as a [frames, frames] matrix, by slicing alone: rows of 2T gated table entries read again as
 * rows of 2T − 1 from entry T − 1 on start one position earlier each, which is what j − i wants.
 */
function addGatedBias(graph: GraphBuilder, gate: Value, table: Value): Value {
  const frames = graph.op("Slice", [graph.op("Shape", [gate]), graph.ints(0), graph.ints(1)]);
  const start = graph.op("Sub", [frames, graph.ints(1)]);
  const stride = graph.op("Add", [frames, start]);
  const end = graph.op("Add", [start, graph.op("Mul", [frames, stride])]);
  const flat = graph.op("Reshape", [graph.op("Mul", [gate, table]), graph.ints(-1)]);
  const skewed = graph.op("Reshape", [
    graph.op("Slice", [flat, start, end]),
    graph.op("Concat", [frames, stride], { axis: { int: 0 } }),
  ]);
  return graph.op("Slice", [skewed, graph.ints(0), frames, graph.ints(1)]);
}

function split(graph: GraphBuilder, value: Value, count: number, axis: number): Value[] {
  if (count === 1) return [value];
  return graph.multi("Split", [value], count, { axis: { int: axis } });
}

function headWidth(config: WavLMConfig): number {
  return config.hiddenSize / config.headCount;
}
