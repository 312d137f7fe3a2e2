/** One transformer layer, in WavLM's two arrangements of layer norms. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Precision } from "../pack.ts";
import { addAttention } from "./attention.ts";
import { type BuiltSegment, type GraphBuilder, graphBuilder, type Value } from "./builder.ts";
import { addLinear } from "./linear.ts";
import { addLayerNorm, readVector } from "./norm.ts";
import { transposed } from "./weights.ts";

/** What the parts of a layer need to know of it. */
export interface LayerSource {
  readonly checkpoint: Checkpoint;
  /** `encoder.layers.<i>`. */
  readonly prefix: string;
  readonly precision: Precision;
}

/**
 * Builds segment `layer.<index>`: `hidden` [frames, hiddenSize] and `position_table` [heads, 2 · frames] → `hidden`.
 *
 * Post-norm: h = LN(h + attention(h)); h = LN(h + feedForward(h)). Stable: h += attention(LN(h)); h += feedForward(LN(h))
 * (transformers modeling_wavlm.py, WavLMEncoderLayer and WavLMEncoderLayerStableLayerNorm).
 */
export async function buildLayer(
  checkpoint: Checkpoint,
  index: number,
  precision: Precision,
): Promise<BuiltSegment> {
  const { config } = checkpoint;
  const source: LayerSource = { checkpoint, prefix: `encoder.layers.${index}`, precision };
  const graph = graphBuilder(`layer.${index}`);
  const hidden = graph.input("hidden", "float32", ["frames", config.hiddenSize]);
  const table = graph.input("position_table", "float32", [config.headCount, "positions"]);
  const norm = (rows: Value, name: string) =>
    addLayerNorm(graph, rows, checkpoint, `${source.prefix}.${name}`, config.layerNormEps);

  let result: Value;
  if (config.layerNormPlacement === "post") {
    const attended = graph.op("Add", [hidden, await addAttention(graph, hidden, table, source)]);
    const between = await norm(attended, "layer_norm");
    const fed = graph.op("Add", [between, await addFeedForward(graph, between, source)]);
    result = await norm(fed, "final_layer_norm");
  } else {
    const normed = await norm(hidden, "layer_norm");
    const between = graph.op("Add", [hidden, await addAttention(graph, normed, table, source)]);
    const fed = await addFeedForward(graph, await norm(between, "final_layer_norm"), source);
    result = graph.op("Add", [between, fed]);
  }
  graph.output("hidden_out", result, ["frames", config.hiddenSize]);
  return graph.encode();
}

/** Builds segment `final_norm` of stable models: `hidden` → `last_hidden_state`, both [frames, hiddenSize]. */
export async function buildFinalNorm(checkpoint: Checkpoint): Promise<BuiltSegment> {
  const { config } = checkpoint;
  const graph = graphBuilder("final_norm");
  const hidden = graph.input("hidden", "float32", ["frames", config.hiddenSize]);
  const normed = await addLayerNorm(
    graph,
    hidden,
    checkpoint,
    "encoder.layer_norm",
    config.layerNormEps,
  );
  graph.output("last_hidden_state", normed, ["frames", config.hiddenSize]);
  return graph.encode();
}

async function addFeedForward(
  graph: GraphBuilder,
  rows: Value,
  source: LayerSource,
): Promise<Value> {
  const prefix = `${source.prefix}.feed_forward`;
  const inner = await addCheckpointLinear(graph, rows, `${prefix}.intermediate_dense`, source);
  return addCheckpointLinear(
    graph,
    graph.microsoft("Gelu", [inner]),
    `${prefix}.output_dense`,
    source,
  );
}

/** Adds the linear layer whose PyTorch `weight` and `bias` stand under `prefix`. */
export async function addCheckpointLinear(
  graph: GraphBuilder,
  rows: Value,
  prefix: string,
  source: LayerSource,
): Promise<Value> {
  const { checkpoint, precision } = source;
  const weight = transposed(await checkpoint.tensor(`${prefix}.weight`));
  return addLinear(
    graph,
    rows,
    { weight, bias: await readVector(checkpoint, `${prefix}.bias`) },
    precision,
  );
}
