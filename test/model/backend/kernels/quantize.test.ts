import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floats, type Kernels, kernelsOf, VARIANTS } from "../../../support/model/open-kernels.ts";

/** Quantizes rows and gives what the kernel wrote. */
function quantize({ kernels, heap }: Kernels, rows: Float32Array, columns: number, gelu = 0) {
  heap.reset();
  const rowCount = rows.length / columns;
  const stride = Math.ceil(columns / 32) * 32;
  const quanta = heap.bytes(rowCount * stride);
  const [scales, minimums] = [heap.floats(rowCount), heap.floats(rowCount)];
  const scratch = heap.bytes(kernels.quantizeRowsScratchBytes(columns)).address;
  kernels.quantizeRows(
    heap.put(rows),
    rowCount,
    columns,
    0,
    gelu,
    scratch,
    quanta.address,
    stride,
    scales.address,
    minimums.address,
  );
  return { quanta: quanta.read(), scales: scales.read(), minimums: minimums.read(), stride };
}

/** GELU in float64 by erf's Taylor series, or its asymptote where that converges too slowly. */
function gelu(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  if (z > 5) return Math.max(x, 0);
  let term = z;
  let sum = z;
  for (let n = 1; n < 120; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  const erf = (2 / Math.sqrt(Math.PI)) * sum;
  return (x * (1 + Math.sign(x) * erf)) / 2;
}

describe.each(VARIANTS)("rows quantized with %s", (variant) => {
  it("lie within half a step of the row's own range, padded with zeros", () => {
    const sizes = fc.record({ columns: fc.integer({ min: 1, max: 70 }), seed: fc.nat() });
    fc.assert(
      fc.property(
        sizes.chain(({ columns }) => fc.tuple(fc.constant(columns), floats(columns * 3))),
        ([columns, rows]) => {
          const { quanta, scales, minimums, stride } = quantize(kernelsOf[variant], rows, columns);
          for (let row = 0; row < 3; row++) {
            for (let column = 0; column < columns; column++) {
              const quantum = quanta[row * stride + column];
              expect(quantum).toBeLessThanOrEqual(127);
              const difference =
                minimums[row] + scales[row] * quantum - rows[row * columns + column];
              expect(Math.abs(difference)).toBeLessThanOrEqual(0.501 * scales[row] + 1e-5);
            }
            expect(quanta.subarray(row * stride + columns, (row + 1) * stride)).toEqual(
              new Uint8Array(stride - columns),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of one value alone are that value, exactly", () => {
    const { quanta, scales, minimums } = quantize(
      kernelsOf[variant],
      new Float32Array(8).fill(-3.7),
      8,
    );
    expect(scales[0]).toBe(0);
    expect(minimums[0]).toBe(Math.fround(-3.7));
    expect(quanta.every((quantum) => quantum === 0)).toBe(true);
  });

  it("have GELU applied first where asked", () => {
    const rows = Float32Array.from({ length: 64 }, (_, index) => (index - 32) / 6);
    const { quanta, scales, minimums } = quantize(kernelsOf[variant], rows, 64, 1);
    for (const [index, value] of rows.entries()) {
      const dequantized = minimums[0] + scales[0] * quanta[index];
      expect(Math.abs(dequantized - gelu(value))).toBeLessThanOrEqual(0.501 * scales[0] + 1e-6);
    }
  });
});
