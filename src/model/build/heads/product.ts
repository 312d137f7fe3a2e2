/** Products of task heads, float32 in packs of every precision: heads are small, and what they give is the answer. */
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import {
  addKernelLinear,
  addLinear,
  type Float32Options,
  type Linear,
} from "../programs/linear.ts";
import type { Recipe } from "../recipe.ts";

/** Adds rows · weight + bias: [rows, inputs] → [windows, outputs]; the weight of several taps is [taps · inputs, outputs]. */
export type HeadProduct = (
  graph: GraphBuilder,
  rows: Value,
  linear: Linear,
  options?: Float32Options,
) => Value;

/** By the engine's own kernel where the layers have kernels, so that the pack needs nothing else; else by ONNX operators. */
export function headProductOf({ precisions }: Recipe): HeadProduct {
  return precisions.linears === "int8" ? addKernelLinear : addOnnxProduct;
}

function addOnnxProduct(
  graph: GraphBuilder,
  rows: Value,
  linear: Linear,
  { taps = 1, dilation = 1, relu = false }: Float32Options = {},
): Value {
  const product = addLinear(graph, addDilatedWindows(graph, rows, taps, dilation), linear);
  return relu ? graph.op("Relu", [product]) : product;
}

/** Lays rows that are `dilation` apart side by side: [rows, inputs] → [rows − (taps − 1) · dilation, taps · inputs]. */
function addDilatedWindows(
  graph: GraphBuilder,
  rows: Value,
  taps: number,
  dilation: number,
): Value {
  if (taps === 1) return rows;
  const parts = Array.from({ length: taps }, (_, tap) => {
    const after = (taps - 1 - tap) * dilation;
    const end = after === 0 ? Number.MAX_SAFE_INTEGER : -after;
    return graph.op("Slice", [rows, graph.ints(tap * dilation), graph.ints(end), graph.ints(0)]);
  });
  return graph.op("Concat", parts, { axis: { int: 1 } });
}
