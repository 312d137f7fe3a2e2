/**
 * The step `float32_product`: rows, weight panels, bias → [windows, outputs]. Attributes: inputs, taps, dilation, outputs, relu
 * (1 to leave nothing below 0).
 */
import { elementCount } from "../../wasm/heap-value.ts";
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const float32Product = {
  name: "float32_product",

  step(runner, heap, [rows, weights, bias], { inputs, taps, dilation, outputs, relu }) {
    const windows = elementCount(rows.shape) / inputs - (taps - 1) * dilation;
    const result = heap.matrix(windows, outputs);
    runner.run({
      function: "float32Product",
      units: windows,
      tile: runner.size("float32ProductTile"),
      arguments: [
        unitsAt(rows.address, inputs * FLOAT32_BYTES),
        unitCount(),
        constant(inputs),
        constant(taps),
        constant(dilation),
        constant(weights.address),
        constant(bias.address),
        constant(relu),
        constant(outputs),
        unitsAt(result.address, outputs * FLOAT32_BYTES),
      ],
    });
    return result;
  },

  exercises: [
    {
      inputs: [[36, 256], [16, 256, 8], [128]],
      attributes: { inputs: 256, taps: 1, dilation: 1, outputs: 128, relu: 1 },
    },
  ],
} as const satisfies Kernel;
