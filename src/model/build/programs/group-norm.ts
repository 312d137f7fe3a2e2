/** The first convolution of base models, whose group norm looks at the whole clip. */
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Recipe } from "../recipe.ts";
import { windowWeights } from "../weights/rearrange.ts";
import { CONV_NORM_EPS, readVector } from "./norm.ts";

const TO_FLOAT32 = { to: { int: 1 } };

/** The tensors of the first convolution and its group norm; conv_bias cancels out. */
async function readGroupNorm({ checkpoint }: Recipe) {
  const prefix = "feature_extractor.conv_layers.0";
  return {
    weight: windowWeights(await checkpoint.tensor(`${prefix}.conv.weight`)),
    gain: await readVector(checkpoint, `${prefix}.layer_norm.weight`),
    bias: await readVector(checkpoint, `${prefix}.layer_norm.bias`),
  };
}

/** Mean and covariance of the clip's windows. */
function addMoments(graph: GraphBuilder, kernel: number) {
  return {
    mean: graph.input("window_mean", "float64", [1, kernel]),
    covariance: graph.input("window_covariance", "float64", [kernel, kernel]),
  };
}

/** Adds conv0's weights with its group norm folded in, as the kernel `convolve_samples` has them: [kernel + 1, channels]. */
export async function addKernelGroupNorm(graph: GraphBuilder, recipe: Recipe): Promise<Value> {
  const { weight, gain, bias } = await readGroupNorm(recipe);
  const { mean, covariance } = addMoments(graph, weight.shape[0]);
  return graph.kernel(
    "fold_group_norm",
    [
      graph.weight("float32", weight.shape, weight.data),
      graph.vector(gain),
      graph.vector(bias),
      mean,
      covariance,
    ],
    { epsilon: CONV_NORM_EPS },
  );
}

/**
 * Adds conv0's weight [kernel, channels] and bias [channels] with its group norm folded in. With windows of mean m and
 * covariance C, channel w has mean wᵀm and variance wᵀCw: scale = gain / √(wᵀCw + ε) goes into the weights, and
 * bias − scale · wᵀm is added. conv_bias cancels out.
 */
export async function addGroupNormedWeights(
  graph: GraphBuilder,
  recipe: Recipe,
): Promise<{ weight: Value; bias: Value }> {
  const { weight: folded, gain, bias } = await readGroupNorm(recipe);
  const { shape, data } = folded;
  const [kernel] = shape;
  const { mean, covariance } = addMoments(graph, kernel);
  const doubles = (size: readonly number[], values: ArrayLike<number>) =>
    graph.weight("float64", size, Float64Array.from(values));

  const weight = doubles(shape, data);
  const spread = graph.op("Mul", [graph.op("MatMul", [covariance, weight]), weight]);
  const ones = graph.constant("float64", [1, kernel], new Float64Array(kernel).fill(1));
  const variance = graph.op("MatMul", [ones, spread]);
  const eps = graph.constant("float64", [1], Float64Array.of(CONV_NORM_EPS));
  const deviation = graph.op("Sqrt", [graph.op("Add", [variance, eps])]);
  const scale = graph.op("Div", [doubles([1, gain.length], gain), deviation]);
  const shift = graph.op("Sub", [
    doubles([1, bias.length], bias),
    graph.op("Mul", [graph.op("MatMul", [mean, weight]), scale]),
  ]);
  return {
    weight: graph.op("Cast", [graph.op("Mul", [weight, scale])], TO_FLOAT32),
    bias: graph.op("Cast", [graph.op("Reshape", [shift, graph.ints(-1)])], TO_FLOAT32),
  };
}
