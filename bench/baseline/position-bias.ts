/** The baseline's relative position bias: bucket indices computed in the graph, the bias materialised for all heads. */
import { positionBuckets } from "../../src/model/config.ts";
import type { GraphBuilder, Value } from "../../src/model/onnx/builder.ts";
import { addTensor, type Exporter } from "./exported-ops.ts";

const TO_INT64 = { to: { int: 7 } };
const TO_FLOAT32 = { to: { int: 1 } };

/** The ungated bias of the frames of `hidden` [1, frames, hiddenSize]: [heads, frames, frames]. */
export async function addPositionBias(exporter: Exporter, hidden: Value): Promise<Value> {
  const { graph } = exporter;
  const frames = graph.op("Gather", [graph.op("Shape", [hidden]), int64(graph, 1)]);
  const positions = graph.op("Range", [int64(graph, 0), frames, int64(graph, 1)]);
  const relative = graph.op("Sub", [
    graph.op("Unsqueeze", [positions, graph.ints(0)]),
    graph.op("Unsqueeze", [positions, graph.ints(1)]),
  ]);
  const table = await addTensor(exporter, "encoder.layers.0.attention.rel_attn_embed.weight");
  const values = graph.op("Gather", [table, addBuckets(exporter, relative)]);
  return graph.op("Transpose", [values], { perm: { ints: [2, 0, 1] } });
}

/** transformers' `_relative_positions_bucket` of key − query: [frames, frames] → the same. */
function addBuckets({ graph, checkpoint }: Exporter, relative: Value): Value {
  const buckets = positionBuckets(checkpoint.config);
  if (buckets === null) throw new RangeError("the baseline is WavLM's, which has a position bias");
  const side = buckets.bucketCount / 2;
  const exact = side / 2;
  const isAfter = graph.op("Greater", [relative, int64(graph, 0)]);
  const offset = graph.op("Mul", [graph.op("Cast", [isAfter], TO_INT64), int64(graph, side)]);
  const distance = graph.op("Abs", [relative]);
  const ratio = graph.op("Div", [graph.op("Cast", [distance], TO_FLOAT32), graph.float(exact)]);
  const logarithm = graph.op("Div", [
    graph.op("Log", [ratio]),
    graph.float(Math.log(buckets.maxBucketDistance / exact)),
  ]);
  const steps = graph.op("Mul", [logarithm, graph.float(side - exact)]);
  const far = graph.op("Min", [
    graph.op("Cast", [graph.op("Add", [steps, graph.float(exact)])], TO_INT64),
    int64(graph, side - 1),
  ]);
  const isNear = graph.op("Less", [distance, int64(graph, exact)]);
  return graph.op("Add", [offset, graph.op("Where", [isNear, distance, far])]);
}

/** A zero-dimensional constant. */
function int64(graph: GraphBuilder, value: number): Value {
  return graph.constant("int64", [], BigInt64Array.of(BigInt(value)));
}
