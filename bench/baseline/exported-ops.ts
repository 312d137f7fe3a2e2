/** PyTorch modules in the operators that the ONNX export writes for them. */

import { transposed } from "../../src/model/build/weights/rearrange.ts";
import type { Checkpoint } from "../../src/model/checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../../src/model/onnx/builder.ts";
import type { Products } from "./products.ts";

/** Builders of the graph's parts. */
export interface Exporter {
  readonly graph: GraphBuilder;
  readonly products: Products;
  readonly checkpoint: Checkpoint;
}

/** nn.Linear under `prefix`, over the last dimension. */
export async function addLinear(exporter: Exporter, rows: Value, prefix: string): Promise<Value> {
  const { graph, products, checkpoint } = exporter;
  const weight = transposed(await checkpoint.tensor(`${prefix}.weight`));
  const bias = await addTensor(exporter, `${prefix}.bias`);
  return graph.op("Add", [bias, products.matMul(rows, weight)]);
}

/** nn.LayerNorm under `prefix`, over the last dimension. */
export async function addLayerNorm(
  exporter: Exporter,
  rows: Value,
  prefix: string,
  eps: number = exporter.checkpoint.config.layerNormEps,
): Promise<Value> {
  const gain = await addTensor(exporter, `${prefix}.weight`);
  const bias = await addTensor(exporter, `${prefix}.bias`);
  return exporter.graph.op("LayerNormalization", [rows, gain, bias], {
    axis: { int: -1 },
    epsilon: { float: eps },
  });
}

/** The exact GELU: x · (1 + erf(x / √2)) · ½. */
export function addGelu(graph: GraphBuilder, values: Value): Value {
  const erf = graph.op("Erf", [graph.op("Div", [values, graph.float(Math.SQRT2)])]);
  const gated = graph.op("Mul", [values, graph.op("Add", [erf, graph.float(1)])]);
  return graph.op("Mul", [gated, graph.float(0.5)]);
}

/** Swaps the last two of three dimensions: channels first ↔ channels last. */
export function swapChannels(graph: GraphBuilder, values: Value): Value {
  return graph.op("Transpose", [values], { perm: { ints: [0, 2, 1] } });
}

/** A tensor of the checkpoint as a float32 constant. */
export async function addTensor({ graph, checkpoint }: Exporter, name: string): Promise<Value> {
  const { shape, data } = await checkpoint.tensor(name);
  return graph.constant("float32", shape, data);
}
