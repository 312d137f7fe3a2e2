/** The step `gather_columns`: a table [rows, columns] and numbers of its rows (int32) → [columns, numbers]. */
import { elementCount, matrixSize } from "../../wasm/heap-value.ts";
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const gatherColumns = {
  name: "gather_columns",

  step(runner, heap, [table, indices]) {
    const { columns } = matrixSize(table);
    const indexCount = elementCount(indices.shape);
    const result = heap.matrix(columns, indexCount);
    runner.run({
      function: "gatherColumns",
      units: columns,
      tile: 1,
      arguments: [
        unitsAt(table.address, FLOAT32_BYTES),
        constant(columns),
        constant(indices.address),
        constant(indexCount),
        unitCount(),
        unitsAt(result.address, indexCount * FLOAT32_BYTES),
      ],
    });
    return result;
  },

  exercises: [{ inputs: [[4, 4], [64]], attributes: {} }],
} as const satisfies Kernel;
