/** The steps `convolve_samples`, `layer_norm` and `add`, all float32. */
import { matrixSize } from "../wasm/heap-value.ts";
import { constant, unitCount, unitsAt } from "./call.ts";
import { FLOAT32_BYTES, type KernelStep } from "./step.ts";

export const convolveSamples: KernelStep = (
  runner,
  heap,
  [samples, weights, bias],
  { taps, stride },
) => {
  const channels = bias.shape[0];
  const frames = Math.floor((samples.shape[0] - taps) / stride) + 1;
  const result = heap.matrix(frames, channels);
  runner.run({
    kernel: "convolveSamples",
    units: frames,
    tile: 1,
    arguments: [
      unitsAt(samples.address, stride * FLOAT32_BYTES),
      unitCount(),
      constant(taps),
      constant(stride),
      constant(weights.address),
      constant(bias.address),
      constant(channels),
      unitsAt(result.address, channels * FLOAT32_BYTES),
    ],
  });
  return result;
};

export const layerNorm: KernelStep = (runner, heap, [matrix, gain, bias], { epsilon }) => {
  const { rows, columns } = matrixSize(matrix);
  const result = heap.matrix(rows, columns);
  runner.run({
    kernel: "layerNorm",
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
};

export const addRows: KernelStep = (runner, heap, [a, b]) => {
  const { rows, columns } = matrixSize(a);
  const rowBytes = columns * FLOAT32_BYTES;
  const result = heap.matrix(rows, columns);
  runner.run({
    kernel: "addRows",
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
};
