/** The step `select_heads`: rows and heads (as float32) → [rows, heads · width], the heads' columns. Attribute: width, of a head. */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const selectHeads = {
  name: "select_heads",

  step(runner, heap, [matrix, heads], { width }) {
    const { rows, columns } = matrixSize(matrix);
    const [headCount] = heads.shape;
    const result = heap.matrix(rows, headCount * width);
    runner.run({
      function: "selectHeads",
      units: rows,
      tile: 1,
      arguments: [
        unitsAt(matrix.address, columns * FLOAT32_BYTES),
        unitCount(),
        constant(columns),
        constant(heads.address),
        constant(headCount),
        constant(width),
        unitsAt(result.address, headCount * width * FLOAT32_BYTES),
      ],
    });
    return result;
  },

  exercises: [{ inputs: [[96, 512], [4]], attributes: { width: 64 } }],
} as const satisfies Kernel;
