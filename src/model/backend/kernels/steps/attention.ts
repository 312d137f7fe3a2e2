/**
 * The step `attention`: queries, and keys and values → [rows, hiddenSize], attention of a block of rows over all frames without a
 * position bias; threads share its heads. Attributes: heads, and
 * integer_values, 1 if probabilities and values are multiplied as integers.
 */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const attention = {
  name: "attention",

  step(runner, heap, [queries, keysValues], { heads, integer_values = 0 }) {
    const { rows, columns: hidden } = matrixSize(queries);
    const { rows: frames } = matrixSize(keysValues);
    const width = hidden / heads;
    const headBytes = width * FLOAT32_BYTES;
    const scratchBytes = runner.size("gatedAttentionScratchBytes", width, frames, integer_values);
    const result = heap.matrix(rows, hidden);
    return heap.scoped((scope) => {
      runner.run({
        function: "attention",
        units: heads,
        tile: 1,
        arguments: [
          unitCount(),
          constant(width),
          constant(hidden),
          unitsAt(queries.address, headBytes),
          constant(rows),
          unitsAt(keysValues.address, headBytes),
          constant(frames),
          constant(integer_values),
          scratchAt(scope.allocate(runner.threads * scratchBytes), scratchBytes),
          unitsAt(result.address, headBytes),
        ],
      });
      return result;
    });
  },

  exercises: [0, 1].map((integer_values) => ({
    inputs: [
      [96, 128],
      [96, 256],
    ],
    attributes: { heads: 2, integer_values },
  })),
} as const satisfies Kernel;
