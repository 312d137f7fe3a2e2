/** Products whose weights are int8 and whose rows become uint8 as they are multiplied, by onnxruntime's operator. */
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Linear } from "../programs/linear.ts";
import { compensatedColumns } from "./compensated.ts";
import { quantizeColumns } from "./quantize.ts";

/**
 * Adds rows · weight + bias: [rows, inputs] → [rows, outputs]. All rows have one range, zero in it, and each output has a scale
 * (com.microsoft DynamicQuantizeMatMul, onnxruntime's ContribOperators.md): a scale for each row takes ten operators, which on two
 * threads are a tenth of a clip's time.
 *
 * @param moments of the rows in calibration, for rounding that compensates; null for rounding to the nearest
 */
export function addDynamicInt8Linear(
  graph: GraphBuilder,
  rows: Value,
  { weight, bias }: Linear,
  moments: Float32Array | null,
): Value {
  const { quantized, scales } =
    moments === null ? quantizeColumns(weight) : compensatedColumns(weight, moments);
  const inputs = [rows, graph.weight("int8", weight.shape, quantized), graph.vector(scales)];
  const zeroPoint = "" as const;
  return graph.microsoft(
    "DynamicQuantizeMatMul",
    bias === null ? inputs : [...inputs, zeroPoint, graph.vector(bias)],
  );
}
