/** Attention of a block of frames with WavLM's gated relative position bias, one head at a time. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import { readVector } from "./norm.ts";

/**
 * Adds softmax(q·kᵀ + bias) · v: queries [block, hiddenSize] and keys_values [frames, 2 · hiddenSize] → [block, hiddenSize].
 *
 * Heads are written out one by one, so that only one block × frames matrix of scores lives at a time.
 */
export function addAttention(
  graph: GraphBuilder,
  queries: Value,
  keysValues: Value,
  biases: readonly Value[],
  headCount: number,
): Value {
  const query = graph.split(queries, headCount, 1);
  const keyValue = graph.split(keysValues, 2 * headCount, 1);
  const contexts = biases.map((bias, head) => {
    const scores = graph.op("Gemm", [query[head], keyValue[head], bias], { transB: { int: 1 } });
    const probabilities = graph.op("Softmax", [scores], { axis: { int: -1 } });
    return graph.op("MatMul", [probabilities, keyValue[headCount + head]]);
  });
  return contexts.length === 1 ? contexts[0] : graph.op("Concat", contexts, { axis: { int: 1 } });
}

/** Adds each head's gate · bias as a [block, frames] matrix (transformers modeling_wavlm.py, WavLMAttention). */
export async function addRelativeBias(
  graph: GraphBuilder,
  rows: Value,
  table: Value,
  keysValues: Value,
  checkpoint: Checkpoint,
  index: number,
): Promise<Value[]> {
  const { headCount } = checkpoint.config;
  const gates = await addGates(graph, rows, checkpoint, `encoder.layers.${index}.attention`);
  const tables = graph.split(table, headCount, 0);
  const shape: SkewShape = skewShape(graph, rows, keysValues);
  return tables.map((headTable, head) =>
    addSkewed(graph, graph.op("Mul", [gates[head], headTable]), shape),
  );
}

/** Gates from the attention's own input: a · (b · constant − 1) + 2, one [block, 1] per head. */
async function addGates(
  graph: GraphBuilder,
  rows: Value,
  checkpoint: Checkpoint,
  prefix: string,
): Promise<Value[]> {
  const { headCount, hiddenSize } = checkpoint.config;
  const width = hiddenSize / headCount;
  const weight = await readVector(checkpoint, `${prefix}.gru_rel_pos_linear.weight`);
  const bias = await readVector(checkpoint, `${prefix}.gru_rel_pos_linear.bias`);
  const summed = summedGateWeights(weight, bias, width);
  const perHead = graph.op("Reshape", [rows, graph.ints(0, headCount, width)]);
  const product = graph.op("MatMul", [perHead, graph.weight("float32", [width, 2], summed.weight)]);
  const sigmoid = graph.op("Sigmoid", [graph.op("Add", [product, graph.vector(summed.bias)])]);
  const [a, b] = graph
    .split(sigmoid, 2, 2)
    .map((part) => graph.op("Squeeze", [part, graph.ints(2)]));
  const constants = graph.vector(await readVector(checkpoint, `${prefix}.gru_rel_pos_const`));
  const inner = graph.op("Sub", [graph.op("Mul", [b, constants]), graph.float(1)]);
  const gates = graph.op("Add", [graph.op("Mul", [a, inner]), graph.float(2)]);
  return graph.split(gates, headCount, 1);
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

interface SkewShape {
  readonly start: Value;
  readonly end: Value;
  readonly rowShape: Value;
  readonly frames: Value;
}

/** Sizes for `addSkewed`, the same for all heads. */
function skewShape(graph: GraphBuilder, rows: Value, keysValues: Value): SkewShape {
  const block = addRowCount(graph, rows);
  const frames = addRowCount(graph, keysValues);
  const start = graph.op("Sub", [block, graph.ints(1)]);
  const stride = graph.op("Add", [frames, start]);
  return {
    start,
    end: graph.op("Add", [start, graph.op("Mul", [block, stride])]),
    rowShape: graph.op("Concat", [block, stride], { axis: { int: 0 } }),
    frames,
  };
}

/**
 * Row r of the result is entries block − 1 − r … of row r of `gated` [block, frames + block], by slicing alone: read from
 * entry block − 1 on as rows one entry shorter, each row starts one entry earlier, as key − query wants it.
 */
function addSkewed(
  graph: GraphBuilder,
  gated: Value,
  { start, end, rowShape, frames }: SkewShape,
): Value {
  const flat = graph.op("Reshape", [gated, graph.ints(-1)]);
  const skewed = graph.op("Reshape", [graph.op("Slice", [flat, start, end]), rowShape]);
  return graph.op("Slice", [skewed, graph.ints(0), frames, graph.ints(1)]);
}

function addRowCount(graph: GraphBuilder, matrix: Value): Value {
  return graph.op("Slice", [graph.op("Shape", [matrix]), graph.ints(0), graph.ints(1)]);
}
