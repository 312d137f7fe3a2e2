/** Layer norms, and reading their vectors from a checkpoint. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "./builder.ts";

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
  return graph.op(
    "LayerNormalization",
    [
      rows,
      graph.constant("float32", [gain.length], gain),
      graph.constant("float32", [bias.length], bias),
    ],
    { axis: { int: -1 }, epsilon: { float: eps } },
  );
}

/** Reads a tensor as a flat vector. */
export async function readVector(checkpoint: Checkpoint, name: string): Promise<Float32Array> {
  return (await checkpoint.tensor(name)).data;
}
