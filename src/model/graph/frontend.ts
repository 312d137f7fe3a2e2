/** The convolutional frontend and feature projection, channels last, local in time so that it can run in chunks. */
import { type BuiltProgram, type GraphBuilder, graphBuilder, type Value } from "./builder.ts";
import { addGroupNormedProduct } from "./group-norm.ts";
import { addLift, addLiftedInt8Linear, addLinear, readLinear } from "./linear.ts";
import { addLayerNorm, CONV_NORM_EPS, readVector } from "./norm.ts";
import { addGelu, type Recipe } from "./recipe.ts";
import { windowWeights } from "./weights.ts";
import { addWindows, type WindowShape } from "./windows.ts";

/**
 * Builds program `frontend`: `samples` [n] → `extract_features` [frames, convDim] and `projected` [frames, hiddenSize].
 *
 * Models with group norm also take `window_mean` [1, k] and `window_covariance` [k, k] (float64) of the whole clip's
 * conv0 windows, from which every channel's scale and shift follow exactly (design §6), and expect samples whose
 * clip mean was subtracted.
 */
export async function buildFrontend(recipe: Recipe): Promise<BuiltProgram> {
  const { config } = recipe.checkpoint;
  const graph = graphBuilder("frontend");
  const samples = graph.input("samples", "float32", ["n"]);
  let frames = graph.op("Reshape", [samples, graph.ints(-1, 1)]);
  for (let index = 0; index < config.convDim.length; index++) {
    frames = await addConvolution(graph, frames, recipe, index);
  }
  const prefix = "feature_projection";
  const { checkpoint } = recipe;
  const features = await addLayerNorm(
    graph,
    frames,
    checkpoint,
    `${prefix}.layer_norm`,
    config.layerNormEps,
  );
  const projection = await readLinear(checkpoint, `${prefix}.projection`);
  graph.output("extract_features", features, ["frames", config.convDim[config.convDim.length - 1]]);
  graph.output("projected", addLinear(graph, features, projection, "float32"), [
    "frames",
    config.hiddenSize,
  ]);
  return graph.build();
}

/**
 * Convolutions after the first are large enough to be worth quantizing; what enters them are GELU's results. The first one's
 * group norm, in base models, looks at the whole clip.
 */
async function addConvolution(
  graph: GraphBuilder,
  frames: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { config } = recipe.checkpoint;
  const shape: WindowShape = {
    channels: config.convDim[index - 1] ?? 1,
    kernel: config.convKernel[index],
    stride: config.convStride[index],
  };
  if (index === 0 && config.convNorm === "group") {
    return addGroupNormedProduct(graph, addWindows(graph, frames, shape), recipe);
  }
  const linear = {
    weight: await readWindowWeights(recipe, index),
    bias: await readBias(recipe, index),
  };
  const product =
    index > 0 && recipe.precisions.convolutions === "int8"
      ? addLiftedInt8Linear(graph, addWindows(graph, addLift(graph, frames), shape), linear)
      : addLinear(graph, addWindows(graph, frames, shape), linear, "float32");
  return addActivation(graph, product, recipe, index);
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

async function addActivation(
  graph: GraphBuilder,
  product: Value,
  recipe: Recipe,
  index: number,
): Promise<Value> {
  const { checkpoint } = recipe;
  if (checkpoint.config.convNorm === "group") return addGelu(graph, product, recipe);
  const prefix = `feature_extractor.conv_layers.${index}.layer_norm`;
  return addGelu(
    graph,
    await addLayerNorm(graph, product, checkpoint, prefix, CONV_NORM_EPS),
    recipe,
  );
}
