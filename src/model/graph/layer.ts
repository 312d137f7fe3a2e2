/** The programs of one transformer layer, in WavLM's two arrangements of layer norms. */
import { addAttention, addRelativeBias } from "./attention.ts";
import { type BuiltProgram, type GraphBuilder, graphBuilder, type Value } from "./builder.ts";
import {
  addLift,
  addLiftedInt8Linear,
  addLinear,
  addSmoothing,
  type Linear,
  readLinear,
} from "./linear.ts";
import { addLayerNorm } from "./norm.ts";
import { projectionsOf } from "./projections.ts";
import { addGelu, type Recipe } from "./recipe.ts";
import { scaledRows, smoothingFactors } from "./smoothing.ts";

/**
 * Builds programs `project` and `attend` of layer `index`. Keys and values are needed of all frames, everything else only
 * of a block of them, so that nothing but keys and values grows with the clip.
 *
 * Post-norm: h = LN(h + attention(h)); h = LN(h + feedForward(h)). Stable: h += attention(LN(h)); h += feedForward(LN(h))
 * (transformers modeling_wavlm.py, WavLMEncoderLayer and WavLMEncoderLayerStableLayerNorm).
 */
export async function buildLayer(recipe: Recipe, index: number): Promise<BuiltProgram[]> {
  return [await buildProject(recipe, index), await buildAttend(recipe, index)];
}

/** `hidden` [frames, hiddenSize] → `keys_values` [frames, 2 · hiddenSize]. */
async function buildProject(recipe: Recipe, index: number): Promise<BuiltProgram> {
  const { hiddenSize } = recipe.checkpoint.config;
  const graph = graphBuilder("project");
  const hidden = graph.input("hidden", "float32", ["frames", hiddenSize]);
  const rows = await addAttentionInput(graph, hidden, recipe, index);
  const { factors, keysValues } = await projectionsOf(recipe, index);
  const result = addLinear(
    graph,
    smoothed(graph, rows, factors),
    keysValues,
    recipe.precisions.linears,
  );
  graph.output("keys_values", result, ["frames", 2 * hiddenSize]);
  return graph.build();
}

/**
 * `hidden` [block, hiddenSize], `keys_values` [frames, 2 · hiddenSize] and `position_table` [heads, frames + block], the
 * biases of relative positions from the block's last row to the first frame on → `hidden_out` [block, hiddenSize].
 */
async function buildAttend(recipe: Recipe, index: number): Promise<BuiltProgram> {
  const { config } = recipe.checkpoint;
  const graph = graphBuilder("attend");
  const hidden = graph.input("hidden", "float32", ["block", config.hiddenSize]);
  const keysValues = graph.input("keys_values", "float32", ["frames", 2 * config.hiddenSize]);
  const table = graph.input("position_table", "float32", [config.headCount, "positions"]);

  const rows = await addAttentionInput(graph, hidden, recipe, index);
  recipe.observe?.(graph, `layer.${index}.attention`, rows);
  const { factors, queries, output } = await projectionsOf(recipe, index);
  const query = addLinear(
    graph,
    smoothed(graph, rows, factors),
    queries,
    recipe.precisions.linears,
  );
  const biases = await addRelativeBias(graph, rows, table, keysValues, recipe.checkpoint, index);
  const context = addAttention(graph, query, keysValues, biases, config.headCount);
  recipe.observe?.(graph, `layer.${index}.context`, context);
  const attended = addLinear(graph, context, output, recipe.precisions.linears);

  const sum = graph.op("Add", [hidden, attended]);
  const norm = (value: Value, name: string) => addNorm(graph, value, recipe, index, name);
  let result: Value;
  if (config.layerNormPlacement === "post") {
    const between = await norm(sum, "layer_norm");
    const fed = await addFeedForward(graph, between, recipe, index);
    result = await norm(graph.op("Add", [between, fed]), "final_layer_norm");
  } else {
    const fed = await addFeedForward(graph, await norm(sum, "final_layer_norm"), recipe, index);
    result = graph.op("Add", [sum, fed]);
  }
  graph.output("hidden_out", result, ["block", config.hiddenSize]);
  return graph.build();
}

/** Builds program `final_norm` of stable models: `hidden` → `last_hidden_state`, both [frames, hiddenSize]. */
export async function buildFinalNorm({ checkpoint }: Recipe): Promise<BuiltProgram> {
  const { hiddenSize, layerNormEps } = checkpoint.config;
  const graph = graphBuilder("final_norm");
  const hidden = graph.input("hidden", "float32", ["frames", hiddenSize]);
  const normed = await addLayerNorm(graph, hidden, checkpoint, "encoder.layer_norm", layerNormEps);
  graph.output("last_hidden_state", normed, ["frames", hiddenSize]);
  return graph.build();
}

/** What the attention of a layer sees: its input, normed first in stable models. */
async function addAttentionInput(
  graph: GraphBuilder,
  hidden: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { layerNormPlacement } = recipe.checkpoint.config;
  return layerNormPlacement === "post"
    ? hidden
    : addNorm(graph, hidden, recipe, index, "layer_norm");
}

function addNorm(
  graph: GraphBuilder,
  value: Value,
  { checkpoint }: Recipe,
  index: number,
  name: string,
) {
  const prefix = `encoder.layers.${index}.${name}`;
  return addLayerNorm(graph, value, checkpoint, prefix, checkpoint.config.layerNormEps);
}

async function addFeedForward(
  graph: GraphBuilder,
  rows: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { checkpoint, precisions } = recipe;
  const prefix = `encoder.layers.${index}.feed_forward`;
  const inner = await addInner(graph, rows, recipe, index);
  const activated = addGelu(graph, inner, recipe);
  const outer = await readLinear(checkpoint, `${prefix}.output_dense`);
  return precisions.linears === "int8"
    ? addLiftedInt8Linear(graph, addLift(graph, activated), outer)
    : addLinear(graph, activated, outer, "float32");
}

async function addInner(
  graph: GraphBuilder,
  rows: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { checkpoint, ranges, precisions } = recipe;
  const product = `layer.${index}.inner`;
  recipe.observe?.(graph, product, rows);
  const prefix = `encoder.layers.${index}.feed_forward.intermediate_dense`;
  const { weight, bias } = await readLinear(checkpoint, prefix);
  const range = ranges.get(product);
  if (range === undefined) return addLinear(graph, rows, { weight, bias }, precisions.linears);
  const factors = smoothingFactors(range, weight);
  const linear: Linear = { weight: scaledRows(weight, factors), bias };
  return addLinear(graph, smoothed(graph, rows, factors), linear, precisions.linears);
}

function smoothed(graph: GraphBuilder, rows: Value, factors: Float32Array | null): Value {
  return factors === null ? rows : addSmoothing(graph, rows, factors);
}
