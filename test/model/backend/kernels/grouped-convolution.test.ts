import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Kernels, kernelsOf, spread, VARIANTS } from "../../../support/model/open-kernels.ts";

interface Convolution {
  readonly groups: number;
  readonly size: number;
  readonly taps: number;
  readonly rows: number;
}

const anyConvolution: fc.Arbitrary<Convolution> = fc.record({
  groups: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 1, max: 18 }),
  taps: fc.integer({ min: 1, max: 6 }),
  rows: fc.integer({ min: 1, max: 9 }),
});

function operands({ groups, size, taps, rows }: Convolution) {
  const hidden = groups * size;
  return {
    input: Float32Array.from(spread((rows + taps - 1) * hidden, -99, 99, 3), (value) => value / 50),
    weights: Int8Array.from(spread(hidden * size * taps, -127, 127, 5)),
    scales: Float32Array.from({ length: hidden }, (_, output) => 0.001 * (output + 1)),
    bias: Float32Array.from(spread(hidden, -9, 9, 7)),
  };
}

function convolve({ kernels, heap }: Kernels, convolution: Convolution): Float32Array {
  heap.reset();
  const { groups, size, taps, rows } = convolution;
  const { input, weights, scales, bias } = operands(convolution);
  const results = heap.floats(rows * groups * size);
  const scratch = heap.bytes(kernels.groupedConvolutionScratchBytes(size, taps, rows));
  const behind = heap.floats(4);
  const before = behind.read();
  kernels.groupedConvolution(
    groups,
    size,
    taps,
    groups * size,
    heap.put(input),
    rows,
    heap.put(weights),
    heap.put(scales),
    heap.put(bias),
    scratch.address,
    results.address,
  );
  expect(behind.read()).toEqual(before);
  return results.read();
}

/** By the definition, in float64, and how much of it 14-bit rows may be off: half a quantum times each weight. */
function expectedConvolution(convolution: Convolution): { value: number; bound: number }[] {
  const { groups, size, taps, rows } = convolution;
  const hidden = groups * size;
  const { input, weights, scales, bias } = operands(convolution);
  const quanta = Array.from({ length: groups }, (_, group) => {
    const own = input.filter((_, index) => Math.floor((index % hidden) / size) === group);
    return Math.max(...own.map(Math.abs)) / 8191;
  });
  return Array.from({ length: rows * hidden }, (_, index) => {
    const [row, output] = [Math.floor(index / hidden), index % hidden];
    const group = Math.floor(output / size);
    let sum = 0;
    let weightSum = 0;
    for (let tap = 0; tap < taps; tap++) {
      for (let i = 0; i < size; i++) {
        const weight = weights[(output * size + i) * taps + tap];
        sum += input[(row + tap) * hidden + group * size + i] * weight;
        weightSum += Math.abs(weight);
      }
    }
    const value = sum * scales[output] + bias[output];
    const rounding = 1e-6 * Math.max(10, Math.abs(value));
    return { value, bound: 0.501 * quanta[group] * weightSum * scales[output] + rounding };
  });
}

describe("a grouped convolution", () => {
  it.each(VARIANTS)("is the sum by definition of rows in 14 bits, with %s", (variant) => {
    fc.assert(
      fc.property(anyConvolution, (convolution) => {
        const results = convolve(kernelsOf[variant], convolution);
        for (const [index, { value, bound }] of expectedConvolution(convolution).entries()) {
          expect(Math.abs(results[index] - value)).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has the same bits with relaxed SIMD and without", () => {
    fc.assert(
      fc.property(anyConvolution, (convolution) => {
        expect(convolve(kernelsOf["relaxed-simd"], convolution)).toEqual(
          convolve(kernelsOf.simd, convolution),
        );
      }),
      { numRuns: 30 },
    );
  });
});
