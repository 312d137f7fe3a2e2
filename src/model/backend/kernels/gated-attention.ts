/** The step `gated_attention`: WavLM's attention of a block of rows over all frames; see kernels/attention.ts. */
import { matrixSize } from "../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "./call.ts";
import { FLOAT32_BYTES, type KernelStep } from "./step.ts";

/** What the kernel packs and computes side by side. */
const PANEL_COLUMNS = 8;
const INPUT_STEP = 32;
const TILE_ROWS = 12;

/** Its heads are what threads share. */
export const gatedAttention: KernelStep = (
  runner,
  heap,
  [input, queries, keysValues, table, gateWeights, gateBias, gateConstants],
  { heads },
) => {
  const { rows, columns: hidden } = matrixSize(queries);
  const { rows: frames } = matrixSize(keysValues);
  const { columns: positions } = matrixSize(table);
  const width = hidden / heads;
  const headBytes = width * FLOAT32_BYTES;
  const scratchBytes = scratchBytesOf(width, frames);
  const result = heap.matrix(rows, hidden);
  return heap.scoped((scope) => {
    runner.run({
      kernel: "gatedAttention",
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
        scratchAt(scope.allocate(runner.threads * scratchBytes), scratchBytes),
        unitsAt(result.address, headBytes),
      ],
    });
    return result;
  });
};

/** As kernels/attention.ts lays it out: keys, their scales, sums and biases, values, then for each row of a tile scores, quanta, and three numbers. */
function scratchBytesOf(width: number, frames: number): number {
  const inputs = roundedUp(width, INPUT_STEP);
  const paddedFrames = roundedUp(frames, PANEL_COLUMNS);
  const keys = paddedFrames * (inputs + 3 * FLOAT32_BYTES);
  const values = FLOAT32_BYTES * roundedUp(width, PANEL_COLUMNS) * frames;
  const tile = TILE_ROWS * (FLOAT32_BYTES * paddedFrames + inputs + 3 * FLOAT32_BYTES);
  return keys + values + tile;
}

function roundedUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
