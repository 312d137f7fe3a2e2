/** The step `layer_norm`: rows, gain, bias → rows. Attribute: epsilon. */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const layerNorm = {
  name: "layer_norm",

  step(runner, heap, [matrix, gain, bias], { epsilon }) {
    const { rows, columns } = matrixSize(matrix);
    const result = heap.matrix(rows, columns);
    runner.run({
      function: "layerNorm",
      units: rows,
      tile: 1,
      arguments: [
        unitsAt(matrix.address, columns * FLOAT32_BYTES),
        unitCount(),
        constant(columns),
        constant(gain.address),
        constant(bias.address),
        constant(epsilon),
        unitsAt(result.address, columns * FLOAT32_BYTES),
      ],
    });
    return result;
  },

  exercises: [{ inputs: [[96, 512], [512], [512]], attributes: { epsilon: 1 } }],
} as const satisfies Kernel;
