/** The step `add`: two matrices → their sum. */
import { matrixSize } from "../../wasm/heap-value.ts";
import { unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const addRows = {
  name: "add",

  step(runner, heap, [a, b]) {
    const { rows, columns } = matrixSize(a);
    const rowBytes = columns * FLOAT32_BYTES;
    const result = heap.matrix(rows, columns);
    runner.run({
      function: "addRows",
      units: rows,
      tile: 1,
      arguments: [
        unitsAt(a.address, rowBytes),
        unitsAt(b.address, rowBytes),
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
        [96, 512],
      ],
      attributes: {},
    },
  ],
} as const satisfies Kernel;
