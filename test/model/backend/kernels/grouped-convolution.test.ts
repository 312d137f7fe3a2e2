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
  const scratch = heap.bytes(kernels.groupedConvolutionScratchBytes(size, taps));
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

/** The same in float64, by the definition. */
function expectedConvolution(convolution: Convolution): Float64Array {
  const { groups, size, taps, rows } = convolution;
  const hidden = groups * size;
  const { input, weights, scales, bias } = operands(convolution);
  return Float64Array.from({ length: rows * hidden }, (_, index) => {
    const [row, output] = [Math.floor(index / hidden), index % hidden];
    const firstInput = Math.floor(output / size) * size;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      for (let i = 0; i < size; i++) {
        const weight = weights[(output * size + i) * taps + tap];
        sum += input[(row + tap) * hidden + firstInput + i] * weight;
      }
    }
    return sum * scales[output] + bias[output];
  });
}

describe("a grouped convolution", () => {
  it.each(VARIANTS)("is the sum by definition, with %s", (variant) => {
    fc.assert(
      fc.property(anyConvolution, (convolution) => {
        const results = convolve(kernelsOf[variant], convolution);
        for (const [index, expected] of expectedConvolution(convolution).entries()) {
          expect(Math.abs(results[index] - expected)).toBeLessThanOrEqual(
            1e-5 * Math.max(10, Math.abs(expected)),
          );
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
