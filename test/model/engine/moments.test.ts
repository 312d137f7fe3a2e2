import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { centred, windowMoments } from "../../../src/model/engine/moments.ts";

/** A filter's outputs over every window that fits, the slow and plain way. */
function filtered(samples: Float32Array, filter: readonly number[], stride: number): number[] {
  const outputs: number[] = [];
  for (let first = 0; first + filter.length <= samples.length; first += stride) {
    outputs.push(filter.reduce((sum, tap, index) => sum + tap * samples[first + index], 0));
  }
  return outputs;
}

const clips = fc.float32Array({ minLength: 10, maxLength: 300, min: -1, max: 1, noNaN: true });
const filters = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: 10,
  maxLength: 10,
});

describe("window moments", () => {
  it("give the mean and the variance of any filter's output over the clip", () => {
    fc.assert(
      fc.property(clips, filters, (samples, filter) => {
        const outputs = filtered(samples, filter, 5);
        const mean = outputs.reduce((sum, value) => sum + value, 0) / outputs.length;
        const variance =
          outputs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / outputs.length;
        const moments = windowMoments(samples, 10, 5);
        const fromMoments = filter.reduce((sum, tap, index) => sum + tap * moments.mean[index], 0);
        let quadratic = 0;
        for (let row = 0; row < 10; row++) {
          for (let column = 0; column < 10; column++) {
            quadratic += filter[row] * filter[column] * moments.covariance[row * 10 + column];
          }
        }
        expect(fromMoments).toBeCloseTo(mean, 10);
        expect(quadratic).toBeCloseTo(variance, 10);
      }),
    );
  });
});

describe("a centred clip", () => {
  it("has no mean left and keeps its shape", () => {
    const samples = Float32Array.from(
      { length: 16000 },
      (_, index) => 0.7 + 1e-3 * Math.sin(index),
    );
    const result = centred(samples);
    expect(Math.abs(result.reduce((sum, value) => sum + value, 0) / result.length)).toBeLessThan(
      1e-7,
    );
    expect(result[100] - result[200]).toBeCloseTo(samples[100] - samples[200], 6);
  });
});
