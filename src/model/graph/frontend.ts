/** The convolutional frontend and feature projection, channels last, local in time so that it can run in chunks. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { type BuiltSegment, type GraphBuilder, graphBuilder, type Value } from "./builder.ts";
import { addFloatLinear } from "./linear.ts";
import { addLayerNorm, readVector } from "./norm.ts";
import { transposed, windowWeights } from "./weights.ts";

/** Group norm and the convolutions' layer norms have this epsilon whatever the config's layer_norm_eps says. */
const CONV_NORM_EPS = 1e-5;

/**
 * Builds segment `frontend`: `samples` [n] → `extract_features` [frames, convDim] and `projected` [frames, hiddenSize].
 *
 * Models with group norm also take `window_mean` [k] and `window_covariance` [k, k] (float64) of the whole clip's
 * conv0 windows, from which every channel's scale and shift follow exactly (design §6), and expect samples whose
 * clip mean was subtracted.
 */
export async function buildFrontend(checkpoint: Checkpoint): Promise<BuiltSegment> {
  const { config } = checkpoint;
  const graph = graphBuilder("frontend");
  const samples = graph.input("samples", "float32", ["n"]);
  let frames = graph.op("Reshape", [samples, graph.ints(-1, 1)]);
  for (let index = 0; index < config.convDim.length; index++) {
    frames = await addConvolution(graph, frames, checkpoint, index);
  }
  const prefix = "feature_projection";
  const features = await addLayerNorm(
    graph,
    frames,
    checkpoint,
    `${prefix}.layer_norm`,
    config.layerNormEps,
  );
  const projected = addFloatLinear(graph, features, {
    weight: transposed(await checkpoint.tensor(`${prefix}.projection.weight`)),
    bias: await readVector(checkpoint, `${prefix}.projection.bias`),
  });
  graph.output("extract_features", features, ["frames", lastOf(config.convDim)]);
  graph.output("projected", projected, ["frames", config.hiddenSize]);
  return graph.encode();
}

async function addConvolution(
  graph: GraphBuilder,
  frames: Value,
  checkpoint: Checkpoint,
  index: number,
): Promise<Value> {
  const { config } = checkpoint;
  const prefix = `feature_extractor.conv_layers.${index}`;
  const channels = index === 0 ? 1 : config.convDim[index - 1];
  const windows = addWindows(
    graph,
    frames,
    channels,
    config.convKernel[index],
    config.convStride[index],
  );
  const weight = windowWeights(await checkpoint.tensor(`${prefix}.conv.weight`));
  if (config.convNorm === "group" && index === 0) {
    const affine = {
      gain: await readVector(checkpoint, `${prefix}.layer_norm.weight`),
      bias: await readVector(checkpoint, `${prefix}.layer_norm.bias`),
    };
    return addGroupNormedProduct(graph, windows, weight.data, weight.shape, affine);
  }
  const bias = config.convBias ? await readVector(checkpoint, `${prefix}.conv.bias`) : null;
  const product = addFloatLinear(graph, windows, { weight, bias });
  const normed =
    config.convNorm === "layer"
      ? await addLayerNorm(graph, product, checkpoint, `${prefix}.layer_norm`, CONV_NORM_EPS)
      : product;
  return graph.microsoft("Gelu", [normed]);
}

/** Lays `kernel` consecutive frames side by side every `stride` frames: [t, channels] → [windows, kernel · channels]. */
function addWindows(
  graph: GraphBuilder,
  frames: Value,
  channels: number,
  kernel: number,
  stride: number,
): Value {
  const blockCount = addWindowCount(graph, frames, kernel, stride);
  const parts: Value[] = [];
  for (let first = 0; first < kernel; first += stride) {
    const width = Math.min(stride, kernel - first);
    parts.push(addWindowPart(graph, frames, { first, width, stride, channels, blockCount }));
  }
  return parts.length === 1 ? parts[0] : graph.op("Concat", parts, { axis: { int: 1 } });
}

/** Counts the windows that fit: (t − kernel) / stride + 1. */
function addWindowCount(graph: GraphBuilder, frames: Value, kernel: number, stride: number): Value {
  const frameCount = graph.op("Slice", [graph.op("Shape", [frames]), graph.ints(0), graph.ints(1)]);
  const room = graph.op("Sub", [frameCount, graph.ints(kernel - stride)]);
  return graph.op("Div", [room, graph.ints(stride)]);
}

interface WindowPart {
  readonly first: number;
  readonly width: number;
  readonly stride: number;
  readonly channels: number;
  readonly blockCount: Value;
}

/** Takes frames `first` … `first + width − 1` of every window: [windows, width · channels]. */
function addWindowPart(graph: GraphBuilder, frames: Value, part: WindowPart): Value {
  const { first, width, stride, channels, blockCount } = part;
  const span = graph.op("Mul", [blockCount, graph.ints(stride)]);
  if (width === stride) {
    const blocks = graph.op("Slice", [
      frames,
      graph.ints(first),
      graph.op("Add", [span, graph.ints(first)]),
      graph.ints(0),
    ]);
    return graph.op("Reshape", [blocks, graph.ints(-1, width * channels)]);
  }
  const columns = Array.from({ length: width }, (_, offset) =>
    graph.op("Slice", [
      frames,
      graph.ints(first + offset),
      graph.op("Add", [span, graph.ints(first + offset)]),
      graph.ints(0),
      graph.ints(stride),
    ]),
  );
  return columns.length === 1 ? columns[0] : graph.op("Concat", columns, { axis: { int: 1 } });
}

interface Affine {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

/**
 * conv0, its group norm and GELU. With windows of mean m and covariance C, channel w has mean wᵀm and variance wᵀCw:
 * scale = gain / √(wᵀCw + ε) goes into the weights, bias − scale · wᵀm is added. conv_bias cancels out.
 */
function addGroupNormedProduct(
  graph: GraphBuilder,
  windows: Value,
  weights: Float32Array,
  shape: readonly number[],
  affine: Affine,
): Value {
  const [kernel, channels] = shape;
  const mean = graph.input("window_mean", "float64", [1, kernel]);
  const covariance = graph.input("window_covariance", "float64", [kernel, kernel]);
  const weight = graph.constant("float64", [kernel, channels], Float64Array.from(weights));
  const spread = graph.op("Mul", [graph.op("MatMul", [covariance, weight]), weight]);
  const ones = graph.constant("float64", [1, kernel], new Float64Array(kernel).fill(1));
  const variance = graph.op("MatMul", [ones, spread]);
  const eps = graph.constant("float64", [1], Float64Array.of(CONV_NORM_EPS));
  const deviation = graph.op("Sqrt", [graph.op("Add", [variance, eps])]);
  const gain = graph.constant("float64", [1, channels], Float64Array.from(affine.gain));
  const scale = graph.op("Div", [gain, deviation]);
  const bias = graph.constant("float64", [1, channels], Float64Array.from(affine.bias));
  const shift = graph.op("Sub", [
    bias,
    graph.op("Mul", [graph.op("MatMul", [mean, weight]), scale]),
  ]);
  const toFloat32 = { to: { int: 1 } };
  const foldedWeight = graph.op("Cast", [graph.op("Mul", [weight, scale])], toFloat32);
  const foldedBias = graph.op("Cast", [graph.op("Reshape", [shift, graph.ints(-1)])], toFloat32);
  return graph.microsoft("BiasGelu", [graph.op("MatMul", [windows, foldedWeight]), foldedBias]);
}

function lastOf(values: readonly number[]): number {
  return values[values.length - 1];
}
