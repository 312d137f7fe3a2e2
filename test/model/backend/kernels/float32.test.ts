import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  floats,
  type Kernels,
  kernelsOf,
  spread,
  VARIANTS,
} from "../../../support/model/open-kernels.ts";

describe.each(VARIANTS)("float32 kernels with %s", (variant) => {
  const { kernels, heap } = kernelsOf[variant];

  it("add matrices of any size", () => {
    const pairs = fc.integer({ min: 1, max: 40 }).chain((n) => fc.tuple(floats(n), floats(n)));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        heap.reset();
        const sum = heap.floats(a.length);
        kernels.addRows(heap.put(a), heap.put(b), sum.address, a.length);
        expect(sum.read()).toEqual(a.map((value, index) => value + b[index]));
      }),
    );
  });

  it("norm each row to mean 0 and variance 1, then scale and shift it", () => {
    const sizes = fc.integer({ min: 2, max: 37 });
    const rowsOf = sizes.chain((columns) =>
      fc.tuple(floats(columns * 2), floats(columns), floats(columns)),
    );
    fc.assert(
      fc.property(rowsOf, ([rows, gain, bias]) => {
        const columns = gain.length;
        const results = runLayerNorm({ kernels, heap }, rows, gain, bias);
        for (let row = 0; row < 2; row++) {
          const values = rows.subarray(row * columns, (row + 1) * columns);
          const mean = values.reduce((sum, value) => sum + value, 0) / columns;
          const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
          for (const [column, value] of values.entries()) {
            const normed = (value - mean) / Math.sqrt(variance + 0.1);
            const expected = normed * gain[column] + bias[column];
            expect(Math.abs(results[row * columns + column] - expected)).toBeLessThan(1e-3);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("convolve samples with windows of any kernel, stride and channel count", () => {
    const sizes = fc.record({
      frames: fc.integer({ min: 1, max: 9 }),
      taps: fc.integer({ min: 1, max: 10 }),
      stride: fc.integer({ min: 1, max: 5 }),
      channels: fc.integer({ min: 1, max: 11 }),
    });
    fc.assert(
      fc.property(sizes, ({ frames, taps, stride, channels }) => {
        heap.reset();
        const samples = Float32Array.from(
          spread((frames - 1) * stride + taps, -99, 99, 3),
          (value) => value / 100,
        );
        const weights = Float32Array.from(spread(taps * channels, -9, 9, 5));
        const bias = Float32Array.from(spread(channels, -9, 9, 8));
        const results = heap.floats(frames * channels);
        kernels.convolveSamples(
          heap.put(samples),
          frames,
          taps,
          stride,
          heap.put(weights),
          heap.put(bias),
          channels,
          results.address,
        );
        for (const [index, value] of results.read().entries()) {
          const [frame, channel] = [Math.floor(index / channels), index % channels];
          let expected = bias[channel];
          for (let tap = 0; tap < taps; tap++)
            expected += samples[frame * stride + tap] * weights[tap * channels + channel];
          expect(Math.abs(value - expected)).toBeLessThan(1e-4);
        }
      }),
    );
  });
});

function runLayerNorm(
  { kernels, heap }: Kernels,
  rows: Float32Array,
  gain: Float32Array,
  bias: Float32Array,
): Float32Array {
  heap.reset();
  const results = heap.floats(rows.length);
  kernels.layerNorm(
    heap.put(rows),
    rows.length / gain.length,
    gain.length,
    heap.put(gain),
    heap.put(bias),
    0.1,
    results.address,
  );
  return results.read();
}
