/** The step `grouped_convolution`: the positional convolution; see kernels/grouped-convolution.ts. */
import { matrixSize } from "../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "./call.ts";
import { FLOAT32_BYTES, type KernelStep } from "./step.ts";

/** Outputs whose weights the kernel makes float32 at a time. */
const PANEL_OUTPUTS = 8;

/** Its groups are what threads share. */
export const groupedConvolution: KernelStep = (
  runner,
  heap,
  [rows, weights, scales, bias],
  { groups, taps },
) => {
  const { rows: inputRows, columns: hidden } = matrixSize(rows);
  const rowCount = inputRows - taps + 1;
  const size = hidden / groups;
  const columnBytes = size * FLOAT32_BYTES;
  const scratchBytes = taps * size * PANEL_OUTPUTS * FLOAT32_BYTES;
  const result = heap.matrix(rowCount, hidden);
  return heap.scoped((scope) => {
    runner.run({
      kernel: "groupedConvolution",
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
};
