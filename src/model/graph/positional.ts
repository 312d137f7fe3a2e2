/** The convolutional positional embedding and the table of relative position biases. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { type BuiltSegment, graphBuilder } from "./builder.ts";
import { addVector } from "./linear.ts";
import { addLayerNorm, readVector } from "./norm.ts";
import { weightNormalised } from "./weights.ts";

/**
 * Builds segment `positional`: `projected` [frames, hiddenSize] and `buckets` [2 · frames] (int32, see position.ts) →
 * `hidden` [frames, hiddenSize], which is hidden_states[0], and `position_table` [heads, 2 · frames].
 */
export async function buildPositional(checkpoint: Checkpoint): Promise<BuiltSegment> {
  const { config } = checkpoint;
  const graph = graphBuilder("positional");
  const projected = graph.input("projected", "float32", ["frames", config.hiddenSize]);
  const buckets = graph.input("buckets", "int32", ["positions"]);

  const prefix = "encoder.pos_conv_embed.conv";
  const weight = weightNormalised(
    await checkpoint.tensor(`${prefix}.weight_g`),
    await checkpoint.tensor(`${prefix}.weight_v`),
  );
  const channelsFirst = graph.op("Unsqueeze", [graph.op("Transpose", [projected]), graph.ints(0)]);
  const convolved = graph.op(
    "Conv",
    [
      channelsFirst,
      graph.constant("float32", weight.shape, weight.data),
      addVector(graph, await readVector(checkpoint, `${prefix}.bias`)),
    ],
    {
      group: { int: config.positionalGroups },
      pads: { ints: samePadding(config.positionalKernel) },
    },
  );
  const embedding = graph.op("Transpose", [graph.op("Squeeze", [convolved, graph.ints(0)])]);
  const sum = graph.op("Add", [projected, graph.microsoft("Gelu", [embedding])]);
  const hidden =
    config.layerNormPlacement === "post"
      ? await addLayerNorm(graph, sum, checkpoint, "encoder.layer_norm", config.layerNormEps)
      : sum;
  graph.output("hidden", hidden, ["frames", config.hiddenSize]);

  const embed = await checkpoint.tensor("encoder.layers.0.attention.rel_attn_embed.weight");
  const rows = graph.op("Gather", [graph.constant("float32", embed.shape, embed.data), buckets]);
  graph.output("position_table", graph.op("Transpose", [rows]), [config.headCount, "positions"]);
  return graph.encode();
}

/** Padding that keeps the length: an even kernel pads K/2 and drops its last output, so one less on the right. */
function samePadding(kernel: number): number[] {
  const left = Math.floor(kernel / 2);
  return [left, kernel - 1 - left];
}
