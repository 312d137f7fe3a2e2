/**
 * The step `fold_group_norm`: weights [taps, channels], gain, bias, and the mean [1, taps] and covariance [taps, taps] of the
 * clip's windows, float64 → weights [taps + 1, channels] of `convolve_samples`. Attribute: epsilon.
 */
import { matrixSize } from "../../wasm/heap-value.ts";
import { constant } from "../call.ts";
import type { Kernel } from "../kernel.ts";

export const foldGroupNorm = {
  name: "fold_group_norm",

  step(runner, heap, [weights, gain, bias, mean, covariance], { epsilon }) {
    const { rows: taps, columns: channels } = matrixSize(weights);
    const result = heap.matrix(taps + 1, channels);
    runner.run({
      function: "foldGroupNorm",
      units: 1,
      tile: 1,
      arguments: [
        constant(weights.address),
        constant(taps),
        constant(channels),
        constant(mean.address),
        constant(covariance.address),
        constant(gain.address),
        constant(bias.address),
        constant(epsilon),
        constant(result.address),
      ],
    });
    return result;
  },

  // It runs once a clip: code that is translated quickly does.
  exercises: [{ inputs: [[2, 8], [8], [8], [4], [8]], attributes: { epsilon: 1 } }],
} as const satisfies Kernel;
