/** The programs of one transformer layer, for both placements of layer norms. Long so that a layer reads as a whole. */

import { POSITION_BIASES } from "../../engine/block-biases.ts";
import { layerProgram, layerShape } from "../../layer-shape.ts";
import {
  type BuiltProgram,
  type GraphBuilder,
  graphBuilder,
  type Value,
} from "../../onnx/builder.ts";
import { addWidenedHalf } from "../../onnx/half.ts";
import type { Recipe, WeightPrecision } from "../recipe.ts";
import { dividedMoments } from "../weights/compensated.ts";
import { addDynamicInt8Linear } from "../weights/dynamic-int8.ts";
import { addInt4Linear } from "../weights/int4.ts";
import { scaledRows, smoothingFactors } from "../weights/smoothing.ts";
import { addAttention, addKernelAttention } from "./attention.ts";
import { addBatchedAttention } from "./batched-attention.ts";
import {
  addInt8Linear,
  addLinear,
  addSmoothing,
  type Linear,
  type RowPreparation,
  readLinear,
} from "./linear.ts";
import { addKernelLayerNorm, addLayerNorm } from "./norm.ts";
import { projectionsOf } from "./projections.ts";

interface AttentionBuilder {
  readonly attention: typeof addAttention;
  /** Adds the input that the attention has of relative positions. */
  readonly positions: (graph: GraphBuilder, heads: number) => Value;
}

const addTable: AttentionBuilder["positions"] = (graph, heads) =>
  graph.input("position_table", "float32", [heads, "positions"]);
const byHeads: AttentionBuilder = { attention: addAttention, positions: addTable };

/** By the precision of linear layers: "dynamic-int8" is for native code, which has memory for all heads at once. */
const ATTENTION: Readonly<Record<WeightPrecision, AttentionBuilder>> = {
  int8: { attention: addKernelAttention, positions: addTable },
  "dynamic-int8": {
    attention: addBatchedAttention,
    positions: (graph, heads) =>
      graph.input(POSITION_BIASES, "float32", [heads, "block", "frames"]),
  },
  float32: byHeads,
  float16: byHeads,
  int4: byHeads,
};

/**
 * Builds programs `project` and `attend` of layer `index`. Keys and values are needed of all frames, everything else only
 * of a block of them, so that nothing but keys and values grows with the clip.
 *
 * Post-norm: h = LN(h + attention(h)); h = LN(h + feedForward(h)). Stable: h += attention(LN(h)); h += feedForward(LN(h))
 * (transformers modeling_wavlm.py, WavLMEncoderLayer and WavLMEncoderLayerStableLayerNorm). What a pruned layer has not adds
 * nothing; the layer norms of post-norm stay (pyf98/DPHuBERT wav2vec2/components.py, EncoderLayer).
 */
export async function buildLayer(recipe: Recipe, index: number): Promise<BuiltProgram[]> {
  const attend = await buildAttend(recipe, index);
  const { heads } = layerShape(recipe.checkpoint.config, index);
  return heads.length === 0 ? [attend] : [await buildProject(recipe, index), attend];
}

/** `hidden` [frames, hiddenSize] → `keys_values` [frames, 2 · attentionSize]. */
async function buildProject(recipe: Recipe, index: number): Promise<BuiltProgram> {
  const { config } = recipe.checkpoint;
  const graph = graphBuilder(layerProgram(config, "project", index));
  const hidden = graph.input("hidden", "float32", ["frames", config.hiddenSize]);
  const rows = await addAttentionInput(graph, hidden, recipe, index);
  const { factors, moments, keysValues } = await projectionsOf(recipe, index);
  const result = addProduct(graph, rows, keysValues, recipe, { factors, moments });
  graph.output("keys_values", result, ["frames", 2 * layerShape(config, index).attentionSize]);
  return graph.build();
}

/**
 * `hidden` [block, hiddenSize], `keys_values` [frames, 2 · attentionSize] and of WavLM `position_table` [heads, frames + block],
 * the biases of relative positions from the block's last row to the first frame on (or, for native code, `position_biases`
 * [heads, block, frames]) → `hidden_out` [block, hiddenSize].
 * Layers without heads take `hidden` alone.
 */
async function buildAttend(recipe: Recipe, index: number): Promise<BuiltProgram> {
  const { config } = recipe.checkpoint;
  const { heads, intermediateSize } = layerShape(config, index);
  const graph = graphBuilder(layerProgram(config, "attend", index));
  const hidden = graph.input("hidden", "float32", ["block", config.hiddenSize]);
  const sum =
    heads.length === 0
      ? hidden
      : addSum(graph, hidden, await addAttended(graph, hidden, recipe, index), recipe);
  const isPostNorm = config.layerNormPlacement === "post";
  const norm = (value: Value, name: string) => addNorm(graph, value, recipe, index, name);
  const residual = isPostNorm ? await norm(sum, "layer_norm") : sum;
  const feedForward = async () => {
    const rows = isPostNorm ? residual : await norm(sum, "final_layer_norm");
    return addSum(graph, residual, await addFeedForward(graph, rows, recipe, index), recipe);
  };
  const fed = intermediateSize === 0 ? residual : await feedForward();
  const result = isPostNorm ? await norm(fed, "final_layer_norm") : fed;
  graph.output("hidden_out", result, ["block", config.hiddenSize]);
  return graph.build();
}

/** Adds the attention of rows over all frames, with its output projection → [block, hiddenSize]. */
async function addAttended(
  graph: GraphBuilder,
  hidden: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { config } = recipe.checkpoint;
  const { heads, attentionSize } = layerShape(config, index);
  const keysValues = graph.input("keys_values", "float32", ["frames", 2 * attentionSize]);
  const { attention, positions } = ATTENTION[recipe.precisions.linears];
  const rows = await addAttentionInput(graph, hidden, recipe, index);
  recipe.observe?.(graph, `layer.${index}.attention`, rows);
  const { factors, moments, contextMoments, queries, output } = await projectionsOf(recipe, index);
  const inputs = {
    rows,
    queries: addProduct(graph, rows, queries, recipe, { factors, moments }),
    keysValues,
    positions: config.bucketCount === null ? null : positions(graph, heads.length),
  };
  const context = await attention(graph, inputs, recipe, index);
  recipe.observe?.(graph, `layer.${index}.context`, context);
  return addProduct(graph, context, output, recipe, { moments: contextMoments });
}

/** Builds program `final_norm` of stable models: `hidden` → `last_hidden_state`, both [frames, hiddenSize]. */
export async function buildFinalNorm({ checkpoint, precisions }: Recipe): Promise<BuiltProgram> {
  const { hiddenSize, layerNormEps } = checkpoint.config;
  const graph = graphBuilder("final_norm");
  const hidden = graph.input("hidden", "float32", ["frames", hiddenSize]);
  const norm = precisions.linears === "int8" ? addKernelLayerNorm : addLayerNorm;
  const normed = await norm(graph, hidden, checkpoint, "encoder.layer_norm", layerNormEps);
  graph.output("last_hidden_state", normed, ["frames", hiddenSize]);
  return graph.build();
}

/** The input of a layer's attention, layer-normed first in stable models. */
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
  { checkpoint, precisions }: Recipe,
  index: number,
  name: string,
) {
  const add = precisions.linears === "int8" ? addKernelLayerNorm : addLayerNorm;
  const prefix = `encoder.layers.${index}.${name}`;
  return add(graph, value, checkpoint, prefix, checkpoint.config.layerNormEps);
}

async function addFeedForward(
  graph: GraphBuilder,
  rows: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { checkpoint } = recipe;
  const inner = await addInner(graph, rows, recipe, index);
  const prefix = `encoder.layers.${index}.feed_forward.output_dense`;
  const output = await readLinear(checkpoint, prefix);
  return addProduct(graph, inner, output, recipe, { gelu: true });
}

async function addInner(
  graph: GraphBuilder,
  rows: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { checkpoint, activations } = recipe;
  const product = `layer.${index}.inner`;
  recipe.observe?.(graph, product, rows);
  const prefix = `encoder.layers.${index}.feed_forward.intermediate_dense`;
  const { weight, bias } = await readLinear(checkpoint, prefix);
  const activation = activations.get(product);
  if (activation === undefined) return addProduct(graph, rows, { weight, bias }, recipe);
  const factors = smoothingFactors(activation.range, weight);
  return addProduct(graph, rows, { weight: scaledRows(weight, factors), bias }, recipe, {
    factors,
    moments: dividedMoments(activation.moments, factors),
  });
}

/** Adds a linear layer in the precision that the recipe has for them. */
function addProduct(
  graph: GraphBuilder,
  rows: Value,
  linear: Linear,
  recipe: Recipe,
  preparation: RowPreparation = {},
): Value {
  const { linears } = recipe.precisions;
  if (linears === "int8") return addInt8Linear(graph, rows, linear, preparation);
  const { factors = null, gelu = false, moments = null } = preparation;
  const activated = gelu ? graph.microsoft("Gelu", [rows]) : rows;
  const smoothed = factors === null ? activated : addSmoothing(graph, activated, factors);
  if (linears === "dynamic-int8") return addDynamicInt8Linear(graph, smoothed, linear, moments);
  if (linears === "int4") return addInt4Linear(graph, smoothed, linear);
  if (linears === "float32") return addLinear(graph, smoothed, linear);
  return addLinear(graph, smoothed, linear, addWidenedHalf);
}

function addSum(graph: GraphBuilder, a: Value, b: Value, { precisions }: Recipe): Value {
  return precisions.linears === "int8" ? graph.kernel("add", [a, b]) : graph.op("Add", [a, b]);
}
