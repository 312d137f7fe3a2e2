/**
 * The step `grouped_convolution`: rows, int8 weights, weight scales, bias → [rows − taps + 1, hiddenSize], the positional
 * convolution; threads share its groups. Attributes: groups, taps.
 */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const groupedConvolution = {
  name: "grouped_convolution",

  step(runner, heap, [rows, weights, scales, bias], { groups, taps }) {
    const { rows: inputRows, columns: hidden } = matrixSize(rows);
    const rowCount = inputRows - taps + 1;
    const size = hidden / groups;
    const columnBytes = size * FLOAT32_BYTES;
    const scratchBytes = runner.size("groupedConvolutionScratchBytes", size, taps, rowCount);
    const result = heap.matrix(rowCount, hidden);
    return heap.scoped((scope) => {
      runner.run({
        function: "groupedConvolution",
        units: groups,
        tile: 1,
        arguments: [
          unitCount(),
          constant(size),
          constant(taps),
          constant(hidden),
          unitsAt(rows.address, columnBytes),
          constant(rowCount),
          unitsAt(weights.address, size * size * taps),
          unitsAt(scales.address, columnBytes),
          unitsAt(bias.address, columnBytes),
          scratchAt(scope.allocate(runner.threads * scratchBytes), scratchBytes),
          unitsAt(result.address, columnBytes),
        ],
      });
      return result;
    });
  },

  exercises: [
    { inputs: [[111, 64], [64, 64, 16], [64], [64]], attributes: { groups: 1, taps: 16 } },
  ],
} as const satisfies Kernel;
