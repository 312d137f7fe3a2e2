/** The step `convolve_samples`: samples, weight, bias → [frames, channels]. Attributes: taps, stride. */
import { constant, unitCount, unitsAt } from "../call.ts";
import { FLOAT32_BYTES, type Kernel } from "../kernel.ts";

export const convolveSamples = {
  name: "convolve_samples",

  step(runner, heap, [samples, weights, bias], { taps, stride }) {
    const channels = bias.shape[0];
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
        constant(bias.address),
        constant(channels),
        unitsAt(result.address, channels * FLOAT32_BYTES),
      ],
    });
    return result;
  },

  exercises: [{ inputs: [[111], [16, 512], [512]], attributes: { taps: 16, stride: 1 } }],
} as const satisfies Kernel;
