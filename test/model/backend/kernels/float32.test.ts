import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32Panels, padded } from "../../../../src/model/build/weights/panels.ts";
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

  it("select the columns of heads in any order", () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 9 }),
      heads: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
    });
    fc.assert(
      fc.property(sizes, ({ rows, width, heads }) => {
        heap.reset();
        const columns = 7 * width;
        const values = Float32Array.from(spread(rows * columns, -99, 99, 3));
        const results = heap.floats(rows * heads.length * width);
        const behind = heap.floats(4);
        const before = behind.read();
        kernels.selectHeads(
          heap.put(values),
          rows,
          columns,
          heap.put(Float32Array.from(heads)),
          heads.length,
          width,
          results.address,
        );
        const expected = Array.from({ length: rows }, (_, row) =>
          heads.flatMap((head) => {
            const first = row * columns + head * width;
            return [...values.subarray(first, first + width)];
          }),
        );
        expect([...results.read()]).toEqual(expected.flat());
        expect(behind.read()).toEqual(before);
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
          heap.put(Float32Array.of(...weights, ...bias)),
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

  it("apply GELU by the error function, and add what is to be added", () => {
    const anyRows = fc.integer({ min: 1, max: 37 }).chain((n) => fc.tuple(floats(n), floats(n)));
    fc.assert(
      fc.property(anyRows, ([values, added]) => {
        heap.reset();
        const [alone, together] = [heap.floats(values.length), heap.floats(values.length)];
        const address = heap.put(values);
        kernels.geluRows(address, 0, alone.address, values.length);
        kernels.geluRows(address, heap.put(added), together.address, values.length);
        const results = alone.read();
        for (const [index, value] of values.entries()) {
          expect(Math.abs(results[index] - gelu(value))).toBeLessThan(1e-5);
        }
        expect(together.read()).toEqual(results.map((value, index) => value + added[index]));
      }),
    );
  });

  it("gather rows of a table as columns", () => {
    const table = Float32Array.from({ length: 12 }, (_, index) => index);
    heap.reset();
    const results = heap.floats(8);
    const indices = new Uint8Array(Int32Array.of(3, 0, 0, 2).buffer);
    kernels.gatherColumns(heap.put(table) + 4, 3, heap.put(indices), 4, 2, results.address);
    expect([...results.read()]).toEqual([10, 1, 1, 7, 11, 2, 2, 8]);
  });

  it("multiply windows of rows that are any distance apart", () => {
    const sizes = fc.record({
      windows: fc.integer({ min: 1, max: 40 }),
      inputs: fc.integer({ min: 1, max: 9 }),
      taps: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      outputs: fc.integer({ min: 1, max: 19 }),
      relu: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(sizes, ({ windows, inputs, taps, dilation, outputs, relu }) => {
        heap.reset();
        const tenths = (length: number, seed: number) =>
          Float32Array.from(spread(length, -99, 99, seed), (value) => value / 10);
        const rows = tenths((windows + (taps - 1) * dilation) * inputs, 3);
        const weights = tenths(taps * inputs * outputs, 5);
        const bias = tenths(outputs, 7);
        const { panels, paddedOutputs } = float32Panels({
          shape: [taps * inputs, outputs],
          data: weights,
        });
        const results = heap.floats(windows * outputs);
        kernels.float32Product(
          heap.put(rows),
          windows,
          inputs,
          taps,
          dilation,
          heap.put(panels),
          heap.put(padded(bias, paddedOutputs)),
          relu,
          outputs,
          results.address,
        );
        for (const [index, value] of results.read().entries()) {
          const [window, output] = [Math.floor(index / outputs), index % outputs];
          let sum = bias[output];
          for (let tap = 0; tap < taps; tap++) {
            for (let input = 0; input < inputs; input++) {
              const row = rows[(window + tap * dilation) * inputs + input];
              sum += row * weights[(tap * inputs + input) * outputs + output];
            }
          }
          const expected = relu === 1 ? Math.max(sum, 0) : sum;
          expect(Math.abs(value - expected)).toBeLessThan(1e-2);
        }
      }),
    );
  });

  it("fold a group norm into the weights of a convolution", () => {
    const channels = 5;
    const real = (length: number, seed: number) =>
      Float32Array.from(spread(length, -99, 99, seed), (value) => value / 64);
    const windows = Array.from({ length: 30 }, (_, index) => [...real(3, index + 1)]);
    const [weights, gain, bias] = [real(3 * channels, 40), real(channels, 41), real(channels, 42)];
    const meanOf = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const mean = [0, 1, 2].map((tap) => meanOf(windows.map((window) => window[tap])));
    const covariance = [0, 1, 2].flatMap((a) =>
      [0, 1, 2].map((b) =>
        meanOf(windows.map((window) => (window[a] - mean[a]) * (window[b] - mean[b]))),
      ),
    );
    const doubles = (values: readonly number[]) =>
      heap.put(new Uint8Array(Float64Array.from(values).buffer));
    heap.reset();
    const results = heap.floats(4 * channels);
    kernels.foldGroupNorm(
      heap.put(weights),
      3,
      channels,
      doubles(mean),
      doubles(covariance),
      heap.put(gain),
      heap.put(bias),
      0.1,
      results.address,
    );
    const folded = results.read();
    for (let channel = 0; channel < channels; channel++) {
      const dot = (window: readonly number[], from: Float32Array) =>
        window.reduce((sum, value, tap) => sum + value * from[tap * channels + channel], 0);
      const outputs = windows.map((window) => dot(window, weights));
      const centre = meanOf(outputs);
      const variance = meanOf(outputs.map((value) => (value - centre) ** 2));
      for (const [index, window] of windows.entries()) {
        const normed = (outputs[index] - centre) / Math.sqrt(variance + 0.1);
        const expected = normed * gain[channel] + bias[channel];
        const actual = dot(window, folded) + folded[3 * channels + channel];
        expect(Math.abs(actual - expected)).toBeLessThan(1e-5);
      }
    }
  });
});

/** By the error function's series, in float64. */
function gelu(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  if (z > 5) return Math.max(x, 0);
  let [term, sum] = [z, z];
  for (let n = 1; n < 120; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  const erf = Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
  return (x * (1 + erf)) / 2;
}

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
