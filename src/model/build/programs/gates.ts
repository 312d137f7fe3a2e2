/** The gates of WavLM's relative position bias, one for each row and head. */
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import { isPruned, layerShape } from "../../layer-shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { readVector } from "./norm.ts";

/** Gates from the attention's own input: a · (b · constant − 1) + 2, [block, heads]. */
export async function addGates(
  graph: GraphBuilder,
  rows: Value,
  checkpoint: Checkpoint,
  index: number,
): Promise<Value> {
  const { headCount } = checkpoint.config;
  const { heads, headWidth } = layerShape(checkpoint.config, index);
  const { weight, bias, constants } = await addGateWeights(graph, checkpoint, index);
  const all = graph.op("Reshape", [rows, graph.ints(0, headCount, headWidth)]);
  const perHead = isPruned(heads, headCount)
    ? graph.op("Gather", [all, graph.ints(...heads)], { axis: { int: 1 } })
    : all;
  const product = graph.op("MatMul", [perHead, weight]);
  const sigmoid = graph.op("Sigmoid", [graph.op("Add", [product, bias])]);
  const [a, b] = graph
    .split(sigmoid, 2, 2)
    .map((part) => graph.op("Squeeze", [part, graph.ints(2)]));
  const inner = graph.op("Sub", [graph.op("Mul", [b, constants]), graph.float(1)]);
  return graph.op("Add", [graph.op("Mul", [a, inner]), graph.float(2)]);
}

/** Weights of the gates: [width, 2] and [2], and each head's constant. */
export async function addGateWeights(graph: GraphBuilder, checkpoint: Checkpoint, index: number) {
  const { heads, headWidth } = layerShape(checkpoint.config, index);
  const read = (name: string) =>
    readVector(checkpoint, `encoder.layers.${index}.attention.${name}`);
  const summed = summedGateWeights(
    await read("gru_rel_pos_linear.weight"),
    await read("gru_rel_pos_linear.bias"),
    headWidth,
  );
  const constants = await read("gru_rel_pos_const");
  return {
    weight: graph.weight("float32", [headWidth, 2], summed.weight),
    bias: graph.vector(summed.bias),
    constants: graph.vector(Float32Array.from(heads, (head) => constants[head])),
  };
}

/** Sums the 8 gate outputs in two groups of 4 ahead of time: [8, d] and [8] → [d, 2] and [2]. */
function summedGateWeights(weight: Float32Array, bias: Float32Array, width: number) {
  const summedWeight = new Float32Array(width * 2);
  const summedBias = new Float32Array(2);
  for (let output = 0; output < 8; output++) {
    const group = output >> 2;
    summedBias[group] += bias[output];
    for (let input = 0; input < width; input++) {
      summedWeight[input * 2 + group] += weight[output * width + input];
    }
  }
  return { weight: summedWeight, bias: summedBias };
}
