/** The baseline's encoder: positional convolution and transformer layers. */

import { weightNormalised } from "../../src/model/build/weights/rearrange.ts";
import type { Value } from "../../src/model/onnx/builder.ts";
import { addAttention } from "./attention.ts";
import { addGelu, addLayerNorm, addLinear, type Exporter, swapChannels } from "./exported-ops.ts";
import { addPositionBias } from "./position-bias.ts";

/** The end of the encoder and what it went through; each [1, frames, hiddenSize]. */
export interface EncoderValues {
  readonly hiddenStates: readonly Value[];
  readonly lastHiddenState: Value;
}

/** Adds WavLMEncoder or WavLMEncoderStableLayerNorm over projected features [1, frames, hiddenSize]. */
export async function addEncoder(exporter: Exporter, projected: Value): Promise<EncoderValues> {
  const { graph, checkpoint } = exporter;
  const { layerCount, layerNormPlacement } = checkpoint.config;
  const isPostNorm = layerNormPlacement === "post";
  const endNorm = (rows: Value) => addLayerNorm(exporter, rows, "encoder.layer_norm");

  const sum = graph.op("Add", [projected, await addPositionalConvolution(exporter, projected)]);
  let hidden = isPostNorm ? await endNorm(sum) : sum;
  const bias = await addPositionBias(exporter, hidden);
  const hiddenStates = [hidden];
  const addLayer = isPostNorm ? addPostNormLayer : addStableLayer;
  for (let index = 0; index < layerCount; index++) {
    hidden = await addLayer(exporter, hidden, bias, `encoder.layers.${index}`);
    hiddenStates.push(hidden);
  }
  return { hiddenStates, lastHiddenState: isPostNorm ? hidden : await endNorm(hidden) };
}

type AddLayer = (exporter: Exporter, hidden: Value, bias: Value, prefix: string) => Promise<Value>;

const addPostNormLayer: AddLayer = async (exporter, hidden, bias, prefix) => {
  const { graph } = exporter;
  const attended = await addAttention(exporter, hidden, bias, `${prefix}.attention`);
  const sum = graph.op("Add", [hidden, attended]);
  const between = await addLayerNorm(exporter, sum, `${prefix}.layer_norm`);
  const fed = graph.op("Add", [between, await addFeedForward(exporter, between, prefix)]);
  return addLayerNorm(exporter, fed, `${prefix}.final_layer_norm`);
};

const addStableLayer: AddLayer = async (exporter, hidden, bias, prefix) => {
  const { graph } = exporter;
  const normed = await addLayerNorm(exporter, hidden, `${prefix}.layer_norm`);
  const attended = await addAttention(exporter, normed, bias, `${prefix}.attention`);
  const between = graph.op("Add", [hidden, attended]);
  const inner = await addLayerNorm(exporter, between, `${prefix}.final_layer_norm`);
  return graph.op("Add", [between, await addFeedForward(exporter, inner, prefix)]);
};

async function addFeedForward(exporter: Exporter, rows: Value, prefix: string): Promise<Value> {
  const inner = await addLinear(exporter, rows, `${prefix}.feed_forward.intermediate_dense`);
  const activated = addGelu(exporter.graph, inner);
  return addLinear(exporter, activated, `${prefix}.feed_forward.output_dense`);
}

/** WavLMPositionalConvEmbedding with its weight norm resolved, as constant folding leaves it. */
async function addPositionalConvolution(exporter: Exporter, rows: Value): Promise<Value> {
  const { graph, products, checkpoint } = exporter;
  const { positionalKernel, positionalGroups } = checkpoint.config;
  const prefix = "encoder.pos_conv_embed.conv";
  const weight = weightNormalised(
    await checkpoint.tensor(`${prefix}.weight_g`),
    await checkpoint.tensor(`${prefix}.weight_v`),
  );
  const padding = Math.floor(positionalKernel / 2);
  const convolved = products.conv(
    swapChannels(graph, rows),
    weight,
    (await checkpoint.tensor(`${prefix}.bias`)).data,
    { group: { int: positionalGroups }, pads: { ints: [padding, padding] } },
  );
  const isOneTooLong = positionalKernel % 2 === 0;
  const trimmed = isOneTooLong
    ? graph.op("Slice", [convolved, graph.ints(0), graph.ints(-1), graph.ints(2)])
    : convolved;
  return swapChannels(graph, addGelu(graph, trimmed));
}
