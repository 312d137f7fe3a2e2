/** The convolutional positional embedding and the table of relative position biases. */
import { framesBefore } from "../../engine/position.ts";
import {
  type BuiltProgram,
  type GraphBuilder,
  graphBuilder,
  type Value,
} from "../../onnx/builder.ts";
import { addWidenedHalf } from "../../onnx/half.ts";
import type { Recipe } from "../recipe.ts";
import { quantizeRows } from "../weights/quantize.ts";
import { weightNormalised } from "../weights/rearrange.ts";
import { addKernelLayerNorm, addLayerNorm, readVector } from "./norm.ts";

/**
 * Builds program `positional`: `projected` [block + kernel − 1, hiddenSize], zeros beyond the clip's ends → `hidden`
 * [block, hiddenSize], rows of hidden_states[0].
 */
export async function buildPositional(recipe: Recipe): Promise<BuiltProgram> {
  const { checkpoint } = recipe;
  const { config } = checkpoint;
  const graph = graphBuilder("positional");
  const projected = graph.input("projected", "float32", ["rows", config.hiddenSize]);
  const embedding = await addGroupedConvolution(graph, projected, recipe);
  const before = framesBefore(config.positionalKernel);
  const after = config.positionalKernel - 1 - before;
  const isKernels = recipe.precisions.positional === "int8";
  const sum = isKernels
    ? graph.kernel("gelu", [embedding, projected], { skipped: before })
    : addActivated(graph, embedding, projected, { before, after });
  const norm = isKernels ? addKernelLayerNorm : addLayerNorm;
  const hidden =
    config.layerNormPlacement === "post"
      ? await norm(graph, sum, checkpoint, "encoder.layer_norm", config.layerNormEps)
      : sum;
  graph.output("hidden", hidden, ["block", config.hiddenSize]);
  return graph.build();
}

/** GELU of `embedding`, and the rows that it belongs to. */
function addActivated(
  graph: GraphBuilder,
  embedding: Value,
  rows: Value,
  { before, after }: { readonly before: number; readonly after: number },
): Value {
  const end = after === 0 ? Number.MAX_SAFE_INTEGER : -after;
  const own = graph.op("Slice", [rows, graph.ints(before), graph.ints(end), graph.ints(0)]);
  return graph.op("Add", [own, graph.microsoft("Gelu", [embedding])]);
}

/** Builds program `position_table`: `buckets` [positions] (int32, see position.ts) → `table` [heads, positions]. */
export async function buildPositionTable({
  checkpoint,
  precisions,
}: Recipe): Promise<BuiltProgram> {
  const graph = graphBuilder("position_table");
  const buckets = graph.input("buckets", "int32", ["positions"]);
  const embed = await checkpoint.tensor("encoder.layers.0.attention.rel_attn_embed.weight");
  const weights = graph.weight("float32", embed.shape, embed.data);
  const table =
    precisions.positional === "int8"
      ? graph.kernel("gather_columns", [weights, buckets])
      : graph.op("Transpose", [graph.op("Gather", [weights, buckets])]);
  graph.output("table", table, [checkpoint.config.headCount, "positions"]);
  return graph.build();
}

/** [rows, hiddenSize] → [rows − kernel + 1, hiddenSize]. */
async function addGroupedConvolution(
  graph: GraphBuilder,
  rows: Value,
  { checkpoint, precisions }: Recipe,
): Promise<Value> {
  const { positionalGroups } = checkpoint.config;
  const prefix = "encoder.pos_conv_embed.conv";
  const weight = weightNormalised(
    await checkpoint.tensor(`${prefix}.weight_g`),
    await checkpoint.tensor(`${prefix}.weight_v`),
  );
  const bias = graph.vector(await readVector(checkpoint, `${prefix}.bias`));
  if (precisions.positional === "int8") {
    const { quantized, scales } = quantizeRows(weight);
    const weights = graph.weight("int8", weight.shape, quantized);
    const attributes = { groups: positionalGroups, taps: weight.shape[2] };
    return graph.kernel(
      "grouped_convolution",
      [rows, weights, graph.vector(scales), bias],
      attributes,
    );
  }
  const channelsFirst = graph.op("Unsqueeze", [graph.op("Transpose", [rows]), graph.ints(0)]);
  const weights =
    precisions.positional === "float16"
      ? addWidenedHalf(graph, weight)
      : graph.weight("float32", weight.shape, weight.data);
  const convolved = graph.op("Conv", [channelsFirst, weights, bias], {
    group: { int: positionalGroups },
  });
  return graph.op("Transpose", [graph.op("Squeeze", [convolved, graph.ints(0)])]);
}
