import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dividedColumns,
  scaledRows,
  smoothingFactors,
} from "../../../../src/model/build/weights/smoothing.ts";

const INPUTS = 5;
const OUTPUTS = 3;

const magnitude = fc.float({ min: Math.fround(0.001), max: 1000, noNaN: true });
const numbers = (length: number) =>
  fc
    .array(fc.tuple(magnitude, fc.boolean()), { minLength: length, maxLength: length })
    .map((drawn) =>
      Float32Array.from(drawn, ([value, isNegative]) => (isNegative ? -value : value)),
    );

const weights = numbers(INPUTS * OUTPUTS).map((data) => ({ shape: [INPUTS, OUTPUTS], data }));

function product(row: Float32Array, weight: Float32Array, output: number) {
  let sum = 0;
  let size = 0;
  for (const [input, value] of row.entries()) {
    const term = value * weight[input * OUTPUTS + output];
    sum += term;
    size += Math.abs(term);
  }
  return { sum, size };
}

const largestOfRow = (data: Float32Array, input: number) =>
  Math.max(...data.subarray(input * OUTPUTS, (input + 1) * OUTPUTS).map(Math.abs));

describe("smoothing", () => {
  it("leaves the product as it was: activations are divided and weights multiplied", () => {
    fc.assert(
      fc.property(numbers(INPUTS), weights, (row, weight) => {
        const factors = smoothingFactors(row.map(Math.abs), weight);
        const activations = dividedColumns({ shape: [1, INPUTS], data: row }, factors);
        const smoothed = scaledRows(weight, factors);
        for (let output = 0; output < OUTPUTS; output++) {
          const before = product(row, weight.data, output);
          const after = product(activations.data, smoothed.data, output);
          expect(Math.abs(after.sum - before.sum)).toBeLessThanOrEqual(1e-5 * before.size);
        }
      }),
    );
  });

  it("gives a channel's activations and weights the same range", () => {
    fc.assert(
      fc.property(numbers(INPUTS), weights, (row, weight) => {
        const ranges = row.map(Math.abs);
        const factors = smoothingFactors(ranges, weight);
        const smoothed = scaledRows(weight, factors);
        for (const [input, range] of ranges.entries()) {
          const ratio = range / factors[input] / largestOfRow(smoothed.data, input);
          expect(ratio).toBeCloseTo(1, 4);
        }
      }),
    );
  });

  it("leaves alone what was silent and what has no weight", () => {
    const weight = { shape: [3, 1], data: Float32Array.of(2, 0, 3) };
    expect([...smoothingFactors(Float32Array.of(0, 5, 12), weight)]).toEqual([1, 1, 2]);
  });
});
