/** The tensors that a model of a given architecture consists of. */
import type { WavLMConfig } from "../../config.ts";

/** Shapes by canonical name (see `Checkpoint.tensor`). */
export type TensorShapes = ReadonlyMap<string, readonly number[]>;

/** The position gate projects each head onto two sums of four. */
const GATE_WIDTH = 8;

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
  hiddenSize,
  positionalKernel,
  positionalGroups,
}: WavLMConfig): NamedShape[] {
  const features = convDim.at(-1) ?? 0;
  const positional = "encoder.pos_conv_embed.conv";
  return [
    ...(hasFeatureNorm ? norm("feature_projection.layer_norm", features) : []),
    ...linear("feature_projection.projection", hiddenSize, features),
    [`${positional}.bias`, [hiddenSize]],
    [`${positional}.weight_g`, [1, 1, positionalKernel]],
    [`${positional}.weight_v`, [hiddenSize, hiddenSize / positionalGroups, positionalKernel]],
    ...norm("encoder.layer_norm", hiddenSize),
  ];
}

function layerTensors(config: WavLMConfig, layer: number): NamedShape[] {
  const { hiddenSize, intermediateSize } = config;
  const name = `encoder.layers.${layer}`;
  const attention = `${name}.attention`;
  return [
    ...["k_proj", "v_proj", "q_proj", "out_proj"].flatMap((projection) =>
      linear(`${attention}.${projection}`, hiddenSize, hiddenSize),
    ),
    ...positionBias(config, layer),
    ...norm(`${name}.layer_norm`, hiddenSize),
    ...linear(`${name}.feed_forward.intermediate_dense`, intermediateSize, hiddenSize),
    ...linear(`${name}.feed_forward.output_dense`, hiddenSize, intermediateSize),
    ...norm(`${name}.final_layer_norm`, hiddenSize),
  ];
}

/** WavLM's gates, and in the first layer the biases that all layers share. */
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
