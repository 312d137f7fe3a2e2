/** The step `int8_product`: rows are quantized, then multiplied with int8 weights; see kernels/product.ts. */
import { matrixSize } from "../wasm/heap-value.ts";
import { constant, scratchAt, unitCount, unitsAt } from "./call.ts";
import { FLOAT32_BYTES, type KernelStep } from "./step.ts";

/** The kernel reads 32 channels at a time. */
const CHANNEL_MULTIPLE = 32;

/** The tile of windows that the kernel keeps in the processor's cache. */
const TILE_WINDOWS = 15;

export const int8Product: KernelStep = (
  runner,
  heap,
  [rows, weights, weightScales, sums, bias, factors],
  { taps, stride, outputs, gelu },
) => {
  const { rows: frames, columns } = matrixSize(rows);
  const channels = Math.ceil(columns / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE;
  const windows = Math.floor((frames - taps) / stride) + 1;
  const result = heap.matrix(windows, outputs);
  return heap.scoped((scope) => {
    const quanta = scope.allocate(frames * channels);
    const scales = scope.allocate(frames * FLOAT32_BYTES);
    const lows = scope.allocate(frames * FLOAT32_BYTES);
    const scratchBytes = channels * FLOAT32_BYTES;
    runner.run({
      kernel: "quantizeRows",
      units: frames,
      tile: 1,
      arguments: [
        unitsAt(rows.address, columns * FLOAT32_BYTES),
        unitCount(),
        constant(columns),
        constant(factors?.address ?? 0),
        constant(gelu),
        scratchAt(scope.allocate(runner.threads * scratchBytes), scratchBytes),
        unitsAt(quanta, channels),
        constant(channels),
        unitsAt(scales, FLOAT32_BYTES),
        unitsAt(lows, FLOAT32_BYTES),
      ],
    });
    runner.run({
      kernel: "int8Product",
      units: windows,
      tile: TILE_WINDOWS,
      arguments: [
        unitsAt(quanta, stride * channels),
        unitsAt(scales, stride * FLOAT32_BYTES),
        unitsAt(lows, stride * FLOAT32_BYTES),
        unitCount(),
        constant(channels),
        constant(taps),
        constant(stride),
        constant(weights.address),
        constant(weightScales.address),
        constant(sums.address),
        constant(bias.address),
        constant(outputs),
        unitsAt(result.address, outputs * FLOAT32_BYTES),
      ],
    });
    return result;
  });
};
