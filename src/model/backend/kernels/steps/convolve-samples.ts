/**
 * The step `convolve_samples`: samples, weights [taps + 1, channels] with the bias as the last row → [frames, channels]. Attributes: taps,
 * stride.
 */
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const convolveSamples = {
  name: "convolve_samples",

  step(runner, heap, [samples, weights], { taps, stride }) {
    const channels = weights.shape[1];
    const frames = Math.floor((samples.shape[0] - taps) / stride) + 1;
    const result = heap.matrix(frames, channels);
    runner.run({
      function: "convolveSamples",
      units: frames,
      tile: 1,
      arguments: [
        unitsAt(samples.address, stride * FLOAT32_BYTES),
        unitCount(),
        constant(taps),
        constant(stride),
        constant(weights.address),
        constant(channels),
        unitsAt(result.address, channels * FLOAT32_BYTES),
      ],
    });
    return result;
  },

  exercises: [{ inputs: [[111], [17, 512]], attributes: { taps: 16, stride: 1 } }],
} as const satisfies Kernel;
