/**
 * The convolutional frontend and feature projection, channels last, local in time so that it can run in chunks. Long
 * because all precisions of the convolutions stand together.
 */
import { FEATURE_SCALE } from "../../checkpoint/backbone/expected-tensors.ts";
import {
  type BuiltProgram,
  type GraphBuilder,
  graphBuilder,
  type Value,
} from "../../onnx/builder.ts";
import { addWidenedHalf } from "../../onnx/half.ts";
import type { Recipe } from "../recipe.ts";
import { joined, windowWeights } from "../weights/rearrange.ts";
import { addGroupNormedWeights, addKernelGroupNorm } from "./group-norm.ts";
import { addInt8Product, addKernelLinear, addLinear, readLinear } from "./linear.ts";
import { addKernelLayerNorm, addLayerNorm, CONV_NORM_EPS, readVector } from "./norm.ts";
import { addWindows, type WindowShape } from "./windows.ts";

/**
 * Builds program `frontend`: `samples` [n] → `extract_features` [frames, convDim] and `projected` [frames, hiddenSize].
 *
 * Models with group norm also take `window_mean` [1, k] and `window_covariance` [k, k] (float64) of the whole clip's
 * conv0 windows, from which every channel's scale and shift follow exactly (docs/design.md §6), and expect samples whose
 * clip mean was subtracted.
 */
export async function buildFrontend(recipe: Recipe): Promise<BuiltProgram> {
  const { config } = recipe.checkpoint;
  const graph = graphBuilder("frontend");
  const samples = graph.input("samples", "float32", ["n"]);
  const isKernels = recipe.precisions.convolutions === "int8";
  const convolved = isKernels
    ? await addKernelConvolutions(graph, samples, recipe)
    : await addConvolutions(graph, samples, recipe);
  const norm = isKernels ? addKernelLayerNorm : addLayerNorm;
  const product = isKernels ? addKernelLinear : addLinear;
  const prefix = "feature_projection";
  const { checkpoint } = recipe;
  const frames = config.hasFeatureScale
    ? addScale(graph, convolved, await readVector(checkpoint, FEATURE_SCALE), isKernels)
    : convolved;
  const features = config.hasFeatureNorm
    ? await norm(graph, frames, checkpoint, `${prefix}.layer_norm`, config.layerNormEps)
    : frames;
  const projection = await readLinear(checkpoint, `${prefix}.projection`);
  const channels = config.convDim[config.convDim.length - 1];
  const extracted = graph.output("extract_features", features, ["frames", channels]);
  const projected = product(graph, isKernels ? extracted : features, projection);
  graph.output("projected", projected, ["frames", config.hiddenSize]);
  return graph.build();
}

/** Multiplies each channel by its factor; by kernels as a product, since no kernel is worth it for pruned models alone. */
function addScale(
  graph: GraphBuilder,
  frames: Value,
  factors: Float32Array,
  isKernels: boolean,
): Value {
  if (!isKernels) return graph.op("Mul", [frames, graph.vector(factors)]);
  const channels = factors.length;
  const diagonal = new Float32Array(channels * channels);
  for (const [channel, factor] of factors.entries())
    diagonal[channel * channels + channel] = factor;
  const weight = { shape: [channels, channels], data: diagonal };
  return addKernelLinear(graph, frames, { weight, bias: null });
}

/** Every convolution as windows, a product and GELU; the first and all that is no product in float32. */
async function addConvolutions(
  graph: GraphBuilder,
  samples: Value,
  recipe: Recipe,
): Promise<Value> {
  // Ahead of everything else, so that its float64 operators part no others.
  const first = await addConvolutionWeights(graph, recipe, 0);
  let frames = graph.op("Reshape", [samples, graph.ints(-1, 1)]);
  for (let index = 0; index < convolutionCount(recipe); index++) {
    const windows = addWindows(graph, frames, windowShape(recipe, index));
    if (index > 0) recipe.observe?.(graph, productName(index), windows);
    const product =
      index === 0
        ? graph.op("Add", [graph.op("MatMul", [windows, first.weight]), first.bias])
        : await addWindowProduct(graph, windows, recipe, index);
    const normed = await addNorm(graph, product, recipe, index, addLayerNorm);
    frames = graph.microsoft("Gelu", [normed]);
  }
  return frames;
}

async function addWindowProduct(
  graph: GraphBuilder,
  windows: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const linear = {
    weight: await readWindowWeights(recipe, index),
    bias: await readBias(recipe, index),
  };
  return recipe.precisions.convolutions === "float16"
    ? addLinear(graph, windows, linear, addWidenedHalf)
    : addLinear(graph, windows, linear);
}

/** The same by the engine's own kernels: the first in float32, the others in int8, with GELU on the way to being quantized. */
async function addKernelConvolutions(
  graph: GraphBuilder,
  samples: Value,
  recipe: Recipe,
): Promise<Value> {
  const weights = await addSampleWeights(graph, recipe);
  const { kernel, stride } = windowShape(recipe, 0);
  const product = graph.kernel("convolve_samples", [samples, weights], { taps: kernel, stride });
  let frames = await addNorm(graph, product, recipe, 0, addKernelLayerNorm);
  for (let index = 1; index < convolutionCount(recipe); index++) {
    const linear = {
      weight: await readWindowWeights(recipe, index),
      bias: await readBias(recipe, index),
    };
    const shape = windowShape(recipe, index);
    const moments = recipe.activations.get(productName(index))?.moments ?? null;
    const convolved = addInt8Product(graph, frames, linear, shape, { gelu: true, moments });
    frames = await addNorm(graph, convolved, recipe, index, addKernelLayerNorm);
  }
  return graph.kernel("gelu", [frames], { skipped: 0 });
}

/** The first convolution's weights as the kernel has them: [kernel + 1, channels], the last row the bias. */
async function addSampleWeights(graph: GraphBuilder, recipe: Recipe): Promise<Value> {
  const { convNorm, convDim } = recipe.checkpoint.config;
  if (convNorm === "group") return addKernelGroupNorm(graph, recipe);
  const { shape, data } = await readWindowWeights(recipe, 0);
  const bias = (await readBias(recipe, 0)) ?? new Float32Array(convDim[0]);
  return graph.weight("float32", [shape[0] + 1, shape[1]], joined([data, bias]));
}

const CONVOLUTION_PREFIX = "conv.";

/** True if a product of calibration is a convolution's. */
export function isConvolution(product: string): boolean {
  return product.startsWith(CONVOLUTION_PREFIX);
}

/** The name of a convolution's product in calibration. */
function productName(index: number): string {
  return `${CONVOLUTION_PREFIX}${index}`;
}

function convolutionCount({ checkpoint }: Recipe): number {
  return checkpoint.config.convDim.length;
}

function windowShape({ checkpoint }: Recipe, index: number): WindowShape {
  const { convDim, convKernel, convStride } = checkpoint.config;
  return {
    channels: convDim[index - 1] ?? 1,
    kernel: convKernel[index],
    stride: convStride[index],
  };
}

/** [kernel · channels, outputs] and [outputs], float32; base models' first group norm, which sees the whole clip, is folded in. */
async function addConvolutionWeights(
  graph: GraphBuilder,
  recipe: Recipe,
  index: number,
): Promise<{ weight: Value; bias: Value }> {
  const { convNorm, convDim } = recipe.checkpoint.config;
  if (index === 0 && convNorm === "group") return addGroupNormedWeights(graph, recipe);
  const { shape, data } = await readWindowWeights(recipe, index);
  const bias = (await readBias(recipe, index)) ?? new Float32Array(convDim[index]);
  return { weight: graph.weight("float32", shape, data), bias: graph.vector(bias) };
}

async function readWindowWeights({ checkpoint }: Recipe, index: number) {
  return windowWeights(
    await checkpoint.tensor(`feature_extractor.conv_layers.${index}.conv.weight`),
  );
}

async function readBias({ checkpoint }: Recipe, index: number): Promise<Float32Array | null> {
  if (!checkpoint.config.convBias) return null;
  return readVector(checkpoint, `feature_extractor.conv_layers.${index}.conv.bias`);
}

/** The layer norm that follows every convolution of large models. */
async function addNorm(
  graph: GraphBuilder,
  product: Value,
  { checkpoint }: Recipe,
  index: number,
  add: typeof addLayerNorm,
): Promise<Value> {
  if (checkpoint.config.convNorm === "group") return product;
  const prefix = `feature_extractor.conv_layers.${index}.layer_norm`;
  return add(graph, product, checkpoint, prefix, CONV_NORM_EPS);
}
