/**
 * The step `gelu`: rows → GELU of them; with a second matrix, its rows from `skipped` on are added. Attribute: skipped, 0
 * without one.
 */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const gelu = {
  name: "gelu",

  step(runner, heap, [matrix, added], { skipped }) {
    const { rows, columns } = matrixSize(matrix);
    const rowBytes = columns * FLOAT32_BYTES;
    const result = heap.matrix(rows, columns);
    runner.run({
      function: "geluRows",
      units: rows,
      tile: 1,
      arguments: [
        unitsAt(matrix.address, rowBytes),
        added === undefined ? constant(0) : unitsAt(added.address + skipped * rowBytes, rowBytes),
        unitsAt(result.address, rowBytes),
        unitCount(columns),
      ],
    });
    return result;
  },

  exercises: [
    {
      inputs: [
        [96, 512],
        [97, 512],
      ],
      attributes: { skipped: 1 },
    },
  ],
} as const satisfies Kernel;
