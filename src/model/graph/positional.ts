/** The convolutional positional embedding and the table of relative position biases. */
import type { WeightTensor } from "../checkpoint/checkpoint.ts";
import { framesBefore } from "../position.ts";
import { type BuiltProgram, type GraphBuilder, graphBuilder, type Value } from "./builder.ts";
import { addLayerNorm, readVector } from "./norm.ts";
import { quantizeRows } from "./quantize.ts";
import type { Recipe } from "./recipe.ts";
import { weightNormalised } from "./weights.ts";

/**
 * Builds program `positional`: `projected` [block + kernel − 1, hiddenSize], zeros beyond the clip's ends → `hidden`
 * [block, hiddenSize], rows of hidden_states[0].
 */
export async function buildPositional(recipe: Recipe): Promise<BuiltProgram> {
  const { checkpoint } = recipe;
  const { config } = checkpoint;
  const graph = graphBuilder("positional");
  const projected = graph.input("projected", "float32", ["rows", config.hiddenSize]);
  const channelsFirst = graph.op("Unsqueeze", [graph.op("Transpose", [projected]), graph.ints(0)]);
  const convolved = await addGroupedConvolution(graph, channelsFirst, recipe);
  const embedding = graph.op("Transpose", [graph.op("Squeeze", [convolved, graph.ints(0)])]);
  const before = framesBefore(config.positionalKernel);
  const after = config.positionalKernel - 1 - before;
  const end = after === 0 ? Number.MAX_SAFE_INTEGER : -after;
  const own = graph.op("Slice", [projected, graph.ints(before), graph.ints(end), graph.ints(0)]);
  const sum = graph.op("Add", [own, graph.microsoft("Gelu", [embedding])]);
  const hidden =
    config.layerNormPlacement === "post"
      ? await addLayerNorm(graph, sum, checkpoint, "encoder.layer_norm", config.layerNormEps)
      : sum;
  graph.output("hidden", hidden, ["block", config.hiddenSize]);
  return graph.build();
}

/** Builds program `position_table`: `buckets` [positions] (int32, see position.ts) → `table` [heads, positions]. */
export async function buildPositionTable({ checkpoint }: Recipe): Promise<BuiltProgram> {
  const graph = graphBuilder("position_table");
  const buckets = graph.input("buckets", "int32", ["positions"]);
  const embed = await checkpoint.tensor("encoder.layers.0.attention.rel_attn_embed.weight");
  const rows = graph.op("Gather", [graph.weight("float32", embed.shape, embed.data), buckets]);
  graph.output("table", graph.op("Transpose", [rows]), [checkpoint.config.headCount, "positions"]);
  return graph.build();
}

/** [1, hiddenSize, rows] → [1, hiddenSize, rows − kernel + 1]. */
async function addGroupedConvolution(
  graph: GraphBuilder,
  input: Value,
  recipe: Recipe,
): Promise<Value> {
  const { checkpoint, precisions } = recipe;
  const { positionalGroups } = checkpoint.config;
  const prefix = "encoder.pos_conv_embed.conv";
  const weight = weightNormalised(
    await checkpoint.tensor(`${prefix}.weight_g`),
    await checkpoint.tensor(`${prefix}.weight_v`),
  );
  const bias = await readVector(checkpoint, `${prefix}.bias`);
  if (precisions.positional === "float32") {
    const inputs = [input, graph.weight("float32", weight.shape, weight.data), graph.vector(bias)];
    return graph.op("Conv", inputs, { group: { int: positionalGroups } });
  }
  const groups = graph.split(input, positionalGroups, 1);
  const size = weight.shape[0] / positionalGroups;
  const outputs = groups.map((group, index) =>
    graph.op("Conv", [
      group,
      addDequantized(graph, outputSlice(weight, index * size, size)),
      graph.vector(bias.slice(index * size, (index + 1) * size)),
    ]),
  );
  return outputs.length === 1 ? outputs[0] : graph.op("Concat", outputs, { axis: { int: 1 } });
}

/** int8 weights made float32 just before they are used: one group's worth of them lives at a time. */
function addDequantized(graph: GraphBuilder, weight: WeightTensor): Value {
  const { quantized, scales } = quantizeRows(weight);
  const values = graph.op("Cast", [graph.weight("int8", weight.shape, quantized)], {
    to: { int: 1 },
  });
  return graph.op("Mul", [values, graph.weight("float32", [scales.length, 1, 1], scales)]);
}

function outputSlice(weight: WeightTensor, first: number, count: number): WeightTensor {
  const size = weight.data.length / weight.shape[0];
  return {
    shape: [count, ...weight.shape.slice(1)],
    data: weight.data.subarray(first * size, (first + count) * size),
  };
}
