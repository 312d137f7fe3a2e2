/** Layer norms, and reading their vectors from a checkpoint. */
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";

/** Group norm and the convolutions' layer norms have this epsilon whatever the config's layer_norm_eps says. */
export const CONV_NORM_EPS = 1e-5;

/** Adds the layer norm whose `weight` and `bias` stand under `prefix`, over the last dimension. */
export async function addLayerNorm(
  graph: GraphBuilder,
  rows: Value,
  checkpoint: Checkpoint,
  prefix: string,
  eps: number,
): Promise<Value> {
  const gain = await readVector(checkpoint, `${prefix}.weight`);
  const bias = await readVector(checkpoint, `${prefix}.bias`);
  return graph.op("LayerNormalization", [rows, graph.vector(gain), graph.vector(bias)], {
    axis: { int: -1 },
    epsilon: { float: eps },
  });
}

/** The same by the engine's own kernel. */
export async function addKernelLayerNorm(
  graph: GraphBuilder,
  rows: Value,
  checkpoint: Checkpoint,
  prefix: string,
  eps: number,
): Promise<Value> {
  const gain = graph.vector(await readVector(checkpoint, `${prefix}.weight`));
  const bias = graph.vector(await readVector(checkpoint, `${prefix}.bias`));
  return graph.kernel("layer_norm", [rows, gain, bias], { epsilon: eps });
}

/** Reads a tensor as a flat vector. */
export async function readVector(checkpoint: Checkpoint, name: string): Promise<Float32Array> {
  return (await checkpoint.tensor(name)).data;
}
