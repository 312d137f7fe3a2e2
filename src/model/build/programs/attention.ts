/** Attention of a block of frames, in WavLM with a gated relative position bias, by ONNX operators or by the engine's own kernels. */
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import { isPruned, layerShape } from "../../layer-shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Recipe } from "../recipe.ts";
import { addGates, addGateWeights } from "./gates.ts";

/** The values that attention is computed of. */
export interface AttentionInputs {
  /** The attention's own input, [block, hiddenSize]. */
  readonly rows: Value;
  /** [block, attentionSize], scaled. */
  readonly queries: Value;
  /** [frames, 2 · attentionSize]. */
  readonly keysValues: Value;
  /**
   * The biases of relative positions; null without any. [heads, frames + block], from the block's last row to the first frame
   * on, or [heads, block, frames] for attention of all heads at once.
   */
  readonly positions: Value | null;
}

/** Adds the attention of layer `index` by the engine's own kernel → [block, attentionSize]. */
export async function addKernelAttention(
  graph: GraphBuilder,
  { rows, queries, keysValues, positions: table }: AttentionInputs,
  { checkpoint, precisions }: Recipe,
  index: number,
): Promise<Value> {
  const { headCount } = checkpoint.config;
  const shape = layerShape(checkpoint.config, index);
  const heads = shape.heads.length;
  const attributes = { heads, ...(precisions.values === "int8" && { integer_values: 1 }) };
  if (table === null) return graph.kernel("attention", [queries, keysValues], attributes);
  const own = isPruned(shape.heads, headCount)
    ? graph.kernel("select_heads", [rows, graph.vector(Float32Array.from(shape.heads))], {
        width: shape.headWidth,
      })
    : rows;
  const gates = await addGateWeights(graph, checkpoint, index);
  return graph.kernel(
    "gated_attention",
    [own, queries, keysValues, table, gates.weight, gates.bias, gates.constants],
    attributes,
  );
}

/** The same by ONNX operators. */
export async function addAttention(
  graph: GraphBuilder,
  { rows, queries, keysValues, positions: table }: AttentionInputs,
  { checkpoint }: Recipe,
  index: number,
): Promise<Value> {
  const biases =
    table && (await addRelativeBias(graph, rows, table, keysValues, checkpoint, index));
  const { heads } = layerShape(checkpoint.config, index);
  return addHeads(graph, queries, keysValues, biases, heads.length);
}

/**
 * Adds softmax(q·kᵀ + bias) · v: queries [block, attentionSize] and keys_values [frames, 2 · attentionSize] → [block,
 * attentionSize].
 *
 * Heads are written out one by one, so that only one block × frames matrix of scores lives at a time.
 */
function addHeads(
  graph: GraphBuilder,
  allQueries: Value,
  keysValues: Value,
  biases: readonly Value[] | null,
  headCount: number,
): Value {
  const query = graph.split(allQueries, headCount, 1);
  const keyValue = graph.split(keysValues, 2 * headCount, 1);
  const contexts = query.map((queries, head) => {
    const products = [queries, keyValue[head], ...(biases === null ? [] : [biases[head]])];
    const scores = graph.op("Gemm", products, { transB: { int: 1 } });
    const probabilities = graph.op("Softmax", [scores], { axis: { int: -1 } });
    return graph.op("MatMul", [probabilities, keyValue[headCount + head]]);
  });
  return contexts.length === 1 ? contexts[0] : graph.op("Concat", contexts, { axis: { int: 1 } });
}

/** Adds each head's gate · bias as a [block, frames] matrix (transformers modeling_wavlm.py, WavLMAttention). */
async function addRelativeBias(
  graph: GraphBuilder,
  rows: Value,
  table: Value,
  keysValues: Value,
  checkpoint: Checkpoint,
  index: number,
): Promise<Value[]> {
  const { heads } = layerShape(checkpoint.config, index);
  const gates = graph.split(await addGates(graph, rows, checkpoint, index), heads.length, 1);
  const tables = graph.split(table, heads.length, 0);
  const shape: SkewShape = skewShape(graph, rows, keysValues);
  return tables.map((headTable, head) =>
    addSkewed(graph, graph.op("Mul", [gates[head], headTable]), shape),
  );
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
