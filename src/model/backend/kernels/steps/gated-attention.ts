/**
 * The step `gated_attention`: the attention's input, queries, keys and values, position table, gate weights, gate bias and gate
 * constants → [rows, hiddenSize], WavLM's attention of a block of rows over all frames; threads share its heads. Attributes: heads,
 * and integer_values, 1 if probabilities and values are multiplied as integers.
 */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const gatedAttention = {
  name: "gated_attention",

  step(
    runner,
    heap,
    [input, queries, keysValues, table, gateWeights, gateBias, gateConstants],
    { heads, integer_values = 0 },
  ) {
    const { rows, columns: hidden } = matrixSize(queries);
    const { rows: frames } = matrixSize(keysValues);
    const { columns: positions } = matrixSize(table);
    const width = hidden / heads;
    const headBytes = width * FLOAT32_BYTES;
    const scratchBytes = runner.size("gatedAttentionScratchBytes", width, frames, integer_values);
    const result = heap.matrix(rows, hidden);
    return heap.scoped((scope) => {
      runner.run({
        function: "gatedAttention",
        units: heads,
        tile: 1,
        arguments: [
          unitCount(),
          constant(width),
          constant(hidden),
          unitsAt(input.address, headBytes),
          unitsAt(queries.address, headBytes),
          constant(rows),
          unitsAt(keysValues.address, headBytes),
          constant(frames),
          unitsAt(table.address, positions * FLOAT32_BYTES),
          constant(positions),
          constant(gateWeights.address),
          constant(gateBias.address),
          unitsAt(gateConstants.address, FLOAT32_BYTES),
          constant(integer_values),
          scratchAt(scope.allocate(runner.threads * scratchBytes), scratchBytes),
          unitsAt(result.address, headBytes),
        ],
      });
      return result;
    });
  },

  exercises: [0, 1].map((integer_values) => ({
    inputs: [[96, 128], [96, 128], [96, 256], [2, 192], [64, 2], [2], [2]],
    attributes: { heads: 2, integer_values },
  })),
} as const satisfies Kernel;
