/**
 * The step `int8_product`: rows, weight panels, weight scales, tap sums, bias and perhaps factors → [windows, outputs]; rows
 * are quantized, then multiplied with int8 weights. Attributes: channels, taps, stride, outputs, gelu (1 to apply it to the
 * rows first).
 */

import { SWEEP_INPUTS } from "../../../../../kernels/shared/layout.ts";
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const int8Product = {
  name: "int8_product",

  step(
    runner,
    heap,
    [rows, weights, weightScales, sums, bias, factors],
    { taps, stride, outputs, gelu },
  ) {
    const { rows: frames, columns } = matrixSize(rows);
    const channels = Math.ceil(columns / SWEEP_INPUTS) * SWEEP_INPUTS;
    const windows = Math.floor((frames - taps) / stride) + 1;
    const result = heap.matrix(windows, outputs);
    return heap.scoped((scope) => {
      const quanta = scope.allocate(frames * channels);
      const scales = scope.allocate(frames * FLOAT32_BYTES);
      const minimums = scope.allocate(frames * FLOAT32_BYTES);
      const scratchBytes = runner.size("quantizeRowsScratchBytes", columns);
      runner.run({
        function: "quantizeRows",
        units: frames,
        tile: 1,
        arguments: [
          unitsAt(rows.address, columns * FLOAT32_BYTES),
          unitCount(),
          constant(columns),
          constant(factors?.address ?? 0),
          constant(gelu),
          scratchAt(scope.allocate(runner.threads * scratchBytes), scratchBytes),
          unitsAt(quanta, channels),
          constant(channels),
          unitsAt(scales, FLOAT32_BYTES),
          unitsAt(minimums, FLOAT32_BYTES),
        ],
      });
      runner.run({
        function: "int8Product",
        units: windows,
        tile: runner.size("int8ProductTile"),
        arguments: [
          unitsAt(quanta, stride * channels),
          unitsAt(scales, stride * FLOAT32_BYTES),
          unitsAt(minimums, stride * FLOAT32_BYTES),
          unitCount(),
          constant(channels),
          constant(taps),
          constant(stride),
          constant(weights.address),
          constant(weightScales.address),
          constant(sums.address),
          constant(bias.address),
          constant(outputs),
          unitsAt(result.address, outputs * FLOAT32_BYTES),
        ],
      });
      return result;
    });
  },

  exercises: [
    // With GELU.
    {
      inputs: [[96, 512], [1], [96], [96], [96]],
      attributes: { taps: 1, stride: 1, outputs: 96, gelu: 1 },
    },
    // With factors.
    {
      inputs: [[96, 512], [1], [4], [4], [4], [512]],
      attributes: { taps: 1, stride: 1, outputs: 4, gelu: 0 },
    },
  ],
} as const satisfies Kernel;
