/** Products with constant weights, in float32 by onnxruntime or in int8 by the engine's own kernel. */
import type { Checkpoint, WeightTensor } from "../../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { float32Panels, padded, weightPanels } from "../weights/panels.ts";
import { transposed } from "../weights/rearrange.ts";
import type { WindowShape } from "./windows.ts";

/** rows · weight + bias; `weight` is [inputs, outputs]. */
export interface Linear {
  readonly weight: WeightTensor;
  readonly bias: Float32Array | null;
}

/** Reads the linear layer whose PyTorch `weight` [outputs, inputs] and `bias` stand under `prefix`. */
export async function readLinear(checkpoint: Pick<Checkpoint, "tensor">, prefix: string) {
  const bias = await checkpoint.tensor(`${prefix}.bias`);
  return { weight: transposed(await checkpoint.tensor(`${prefix}.weight`)), bias: bias.data };
}

/** Adds rows · weight + bias in float32, the weight kept as `addWeight` adds it: [rows, inputs] → [rows, outputs]. */
export function addLinear(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  addWeight: typeof addMatrix = addMatrix,
): Value {
  const product = graph.op("MatMul", [rows, addWeight(graph, weight)]);
  return bias === null ? product : graph.op("Add", [product, graph.vector(bias)]);
}

/** Options of a float32 product; by default it is a linear layer. */
export interface Float32Options {
  /** Rows of a window, and how far apart they are. */
  readonly taps?: number;
  readonly dilation?: number;
  readonly relu?: boolean;
}

/** The same by the engine's own kernel; the weight of several taps is [taps · inputs, outputs]. */
export function addKernelLinear(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  { taps = 1, dilation = 1, relu = false }: Float32Options = {},
): Value {
  const [inputs, outputs] = weight.shape;
  const { shape, panels, paddedOutputs } = float32Panels(weight);
  return graph.kernel(
    "float32_product",
    [
      rows,
      graph.weight("float32", shape, panels),
      graph.vector(padded(bias ?? new Float32Array(), paddedOutputs)),
    ],
    { inputs: inputs / taps, taps, dilation, outputs, relu: relu ? 1 : 0 },
  );
}

/** Preparation of rows before they are quantized for an int8 product. */
export interface RowPreparation {
  /** Each row is divided by these, as smoothing wants it; null for none. */
  readonly factors?: Float32Array | null;
  readonly gelu?: boolean;
  /** Of the prepared rows in calibration, for rounding that compensates; null for rounding to the nearest. */
  readonly moments?: Float32Array | null;
}

/** Adds rows · weight + bias in int8: [rows, inputs] → [rows, outputs]. */
export function addInt8Linear(
  graph: GraphBuilder,
  rows: Value,
  linear: Linear,
  preparation: RowPreparation = {},
): Value {
  return addInt8Product(graph, rows, linear, { kernel: 1, stride: 1 }, preparation);
}

/**
 * Adds a convolution over consecutive rows in int8: [rows, channels] → [(rows − kernel) / stride + 1, outputs]. Each row has its
 * own range (all of them 7 bits), weights have one per output.
 *
 * @param linear its weight is [kernel · channels, outputs]
 */
export function addInt8Product(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  { kernel, stride }: Pick<WindowShape, "kernel" | "stride">,
  { factors = null, gelu = false, moments = null }: RowPreparation = {},
): Value {
  const { shape, panels, scales, sums } = weightPanels(weight, kernel, moments);
  const inputs = [
    rows,
    graph.weight("int8", shape, panels),
    graph.vector(scales),
    graph.weight("float32", [kernel, scales.length], sums),
    graph.vector(padded(bias ?? new Float32Array(), scales.length)),
  ];
  if (factors !== null) inputs.push(graph.vector(factors.map((factor) => 1 / factor)));
  const attributes = { taps: kernel, stride, outputs: weight.shape[1], gelu: gelu ? 1 : 0 };
  return graph.kernel("int8_product", inputs, attributes);
}

/** Divides every row's channels by `factors`, as smoothing wants its activations. */
export function addSmoothing(graph: GraphBuilder, rows: Value, factors: Float32Array): Value {
  return graph.op("Mul", [rows, graph.vector(factors.map((factor) => 1 / factor))]);
}

/** Adds a float32 matrix. */
export function addMatrix(graph: GraphBuilder, { shape, data }: WeightTensor): Value {
  return graph.weight("float32", shape, data);
}
