/** The tensors that a model of a given architecture consists of. */
import type { WavLMConfig } from "../../config.ts";
import { type LayerShape, layerShape } from "../../layer-shape.ts";

/** Shapes by canonical name (see `Checkpoint.tensor`). */
export type TensorShapes = ReadonlyMap<string, readonly number[]>;

/** The position gate projects each head onto two sums of four. */
const GATE_WIDTH = 8;

/** Factors of the last convolution's channels, in models pruned by DPHuBERT's code. */
export const FEATURE_SCALE = "feature_extractor.dummy_weight";

/** Every tensor that a model of architecture `config` needs, in the order of computation. */
export function expectedTensors(config: WavLMConfig): TensorShapes {
  const layers = Array.from({ length: config.layerCount }, (_, layer) =>
    layerTensors(config, layer),
  );
  return new Map([...convolutionTensors(config), ...inputTensors(config), ...layers.flat()]);
}

type NamedShape = [name: string, shape: number[]];

function convolutionTensors(config: WavLMConfig): NamedShape[] {
  return config.convDim.flatMap((channels, index) => {
    const name = `feature_extractor.conv_layers.${index}`;
    const inputChannels = config.convDim[index - 1] ?? 1;
    const shapes: NamedShape[] = [
      [`${name}.conv.weight`, [channels, inputChannels, config.convKernel[index] ?? 0]],
    ];
    if (config.convBias) shapes.push([`${name}.conv.bias`, [channels]]);
    if (config.convNorm === "layer" || index === 0)
      shapes.push(...norm(`${name}.layer_norm`, channels));
    return shapes;
  });
}

function inputTensors({
  convDim,
  hasFeatureNorm,
  hasFeatureScale,
  hiddenSize,
  positionalKernel,
  positionalGroups,
}: WavLMConfig): NamedShape[] {
  const features = convDim.at(-1) ?? 0;
  const positional = "encoder.pos_conv_embed.conv";
  return [
    ...(hasFeatureScale ? [[FEATURE_SCALE, [features]] satisfies NamedShape] : []),
    ...(hasFeatureNorm ? norm("feature_projection.layer_norm", features) : []),
    ...linear("feature_projection.projection", hiddenSize, features),
    [`${positional}.bias`, [hiddenSize]],
    [`${positional}.weight_g`, [1, 1, positionalKernel]],
    [`${positional}.weight_v`, [hiddenSize, hiddenSize / positionalGroups, positionalKernel]],
    ...norm("encoder.layer_norm", hiddenSize),
  ];
}

function layerTensors(config: WavLMConfig, layer: number): NamedShape[] {
  const { hiddenSize } = config;
  const name = `encoder.layers.${layer}`;
  const shape = layerShape(config, layer);
  return [
    ...attentionTensors(config, layer, shape),
    ...norm(`${name}.layer_norm`, hiddenSize),
    ...feedForwardTensors(`${name}.feed_forward`, hiddenSize, shape),
    ...norm(`${name}.final_layer_norm`, hiddenSize),
  ];
}

function attentionTensors(
  config: WavLMConfig,
  layer: number,
  { heads, attentionSize }: LayerShape,
): NamedShape[] {
  if (heads.length === 0) return [];
  const attention = `encoder.layers.${layer}.attention`;
  return [
    ...["k_proj", "v_proj", "q_proj"].flatMap((projection) =>
      linear(`${attention}.${projection}`, attentionSize, config.hiddenSize),
    ),
    ...linear(`${attention}.out_proj`, config.hiddenSize, attentionSize),
    ...positionBias(config, layer),
  ];
}

/** WavLM's gates, and in the first layer the biases that all layers share: of all heads, also where some are pruned. */
function positionBias(
  { hiddenSize, headCount, bucketCount }: WavLMConfig,
  layer: number,
): NamedShape[] {
  if (bucketCount === null) return [];
  const attention = `encoder.layers.${layer}.attention`;
  const embedding: NamedShape = [`${attention}.rel_attn_embed.weight`, [bucketCount, headCount]];
  return [
    [`${attention}.gru_rel_pos_const`, [1, headCount, 1, 1]],
    ...linear(`${attention}.gru_rel_pos_linear`, GATE_WIDTH, hiddenSize / headCount),
    ...(layer === 0 ? [embedding] : []),
  ];
}

function feedForwardTensors(
  name: string,
  hiddenSize: number,
  { intermediateSize }: LayerShape,
): NamedShape[] {
  if (intermediateSize === 0) return [];
  return [
    ...linear(`${name}.intermediate_dense`, intermediateSize, hiddenSize),
    ...linear(`${name}.output_dense`, hiddenSize, intermediateSize),
  ];
}

function linear(name: string, outputs: number, inputs: number): NamedShape[] {
  return [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
}

function norm(name: string, channels: number): NamedShape[] {
  return [
    [`${name}.weight`, [channels]],
    [`${name}.bias`, [channels]],
  ];
}
