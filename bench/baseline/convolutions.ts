/** The baseline's convolutional frontend: channels first, Conv as Conv, the whole clip at once. */
import type { Value } from "../../src/model/onnx/builder.ts";
import {
  addGelu,
  addLayerNorm,
  addLinear,
  addTensor,
  type Exporter,
  swapChannels,
} from "./exported-ops.ts";

/** Of the group norm and the convolutions' layer norms, whatever the config's layer_norm_eps says. */
const CONV_NORM_EPS = 1e-5;

/** `input_values` [1, n] → projected features [1, frames, hiddenSize]. */
export async function addFrontend(exporter: Exporter, samples: Value): Promise<Value> {
  const { graph, checkpoint } = exporter;
  let channels = graph.op("Unsqueeze", [samples, graph.ints(1)]);
  for (let index = 0; index < checkpoint.config.convDim.length; index++) {
    channels = await addConvolution(exporter, channels, index);
  }
  const features = await addLayerNorm(
    exporter,
    swapChannels(graph, channels),
    "feature_projection.layer_norm",
  );
  return addLinear(exporter, features, "feature_projection.projection");
}

async function addConvolution(exporter: Exporter, input: Value, index: number): Promise<Value> {
  const { graph, products, checkpoint } = exporter;
  const { convBias, convNorm, convStride } = checkpoint.config;
  const prefix = `feature_extractor.conv_layers.${index}`;
  const weight = await checkpoint.tensor(`${prefix}.conv.weight`);
  const bias = convBias ? (await checkpoint.tensor(`${prefix}.conv.bias`)).data : null;
  const convolved = products.conv(input, weight, bias, {
    strides: { ints: [convStride[index]] },
  });
  if (convNorm === "layer") {
    const rows = swapChannels(graph, convolved);
    const normed = await addLayerNorm(exporter, rows, `${prefix}.layer_norm`, CONV_NORM_EPS);
    return addGelu(graph, swapChannels(graph, normed));
  }
  const normed = index === 0 ? await addGroupNorm(exporter, convolved, prefix) : convolved;
  return addGelu(graph, normed);
}

/** nn.GroupNorm with a group per channel: an InstanceNormalization without affine, then Mul and Add. */
async function addGroupNorm(exporter: Exporter, channels: Value, prefix: string): Promise<Value> {
  const { graph, checkpoint } = exporter;
  const width = checkpoint.config.convDim[0];
  const ones = graph.constant("float32", [width], new Float32Array(width).fill(1));
  const zeros = graph.constant("float32", [width], new Float32Array(width));
  const grouped = graph.op("Reshape", [channels, graph.ints(0, width, -1)]);
  const normed = graph.op("InstanceNormalization", [grouped, ones, zeros], {
    epsilon: { float: CONV_NORM_EPS },
  });
  const restored = graph.op("Reshape", [normed, graph.op("Shape", [channels])]);
  const column = async (name: string) =>
    graph.op("Unsqueeze", [
      await addTensor(exporter, `${prefix}.layer_norm.${name}`),
      graph.ints(1),
    ]);
  const scaled = graph.op("Mul", [restored, await column("weight")]);
  return graph.op("Add", [scaled, await column("bias")]);
}
