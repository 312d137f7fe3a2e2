import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PANEL_INPUTS, PANEL_OUTPUTS } from "../../../../kernels/shared/layout.ts";
import { type Kernels, kernelsOf, spread, VARIANTS } from "../../../support/model/open-kernels.ts";

interface Product {
  readonly windows: number;
  readonly channels: number;
  readonly taps: number;
  readonly stride: number;
  readonly outputs: number;
}

const anyProduct: fc.Arbitrary<Product> = fc.record({
  windows: fc.integer({ min: 1, max: 20 }),
  channels: fc.constantFrom(32, 64, 96),
  taps: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  outputs: fc.integer({ min: 1, max: 13 }),
});

/** What goes into a product: quanta and weights as numbers, and the weights in panels. */
function operands({ windows, channels, taps, stride, outputs }: Product) {
  const frames = (windows - 1) * stride + taps;
  const quanta = spread(frames * channels, 0, 127, 7);
  const weights = spread(outputs * taps * channels, -128, 127, 99);
  const padded = Math.ceil(outputs / PANEL_OUTPUTS) * PANEL_OUTPUTS;
  const panels = new Int8Array(padded * taps * channels);
  const sums = new Float32Array(taps * padded);
  for (const [index, weight] of weights.entries()) {
    const output = Math.floor(index / (taps * channels));
    const input = index % (taps * channels);
    const panel = Math.floor(output / PANEL_OUTPUTS);
    const portion = panel * ((taps * channels) / PANEL_INPUTS) + Math.floor(input / PANEL_INPUTS);
    const row = portion * PANEL_OUTPUTS + (output % PANEL_OUTPUTS);
    panels[row * PANEL_INPUTS + (input % PANEL_INPUTS)] = weight;
    sums[Math.floor(input / channels) * padded + output] += weight;
  }
  const scales = Float32Array.from({ length: frames }, (_, frame) => 1 / (1 + frame));
  const minimums = Float32Array.from({ length: frames }, (_, frame) => frame / 8 - 1);
  return { frames, quanta, weights, padded, panels, sums, scales, minimums };
}

function multiply({ kernels, heap }: Kernels, product: Product): Float32Array {
  heap.reset();
  const { quanta, panels, sums, scales, minimums, padded } = operands(product);
  const results = heap.floats(product.windows * product.outputs);
  const behind = heap.bytes(32);
  const behindBefore = behind.read();
  kernels.int8Product(
    heap.put(Uint8Array.from(quanta)),
    heap.put(scales),
    heap.put(minimums),
    product.windows,
    product.channels,
    product.taps,
    product.stride,
    heap.put(panels),
    heap.put(Float32Array.from({ length: padded }, (_, output) => 0.001 * (output + 1))),
    heap.put(sums),
    heap.put(Float32Array.from({ length: padded }, (_, output) => output)),
    product.outputs,
    results.address,
  );
  expect(behind.read()).toEqual(behindBefore);
  return results.read();
}

/** The same in float64, by the definition. */
function expectedProduct(product: Product): Float64Array {
  const { quanta, weights, scales, minimums } = operands(product);
  const { windows, channels, taps, stride, outputs } = product;
  return Float64Array.from({ length: windows * outputs }, (_, index) => {
    const [window, output] = [Math.floor(index / outputs), index % outputs];
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const frame = window * stride + tap;
      for (let channel = 0; channel < channels; channel++) {
        const value = minimums[frame] + scales[frame] * quanta[frame * channels + channel];
        sum += value * weights[(output * taps + tap) * channels + channel];
      }
    }
    return sum * 0.001 * (output + 1) + output;
  });
}

describe("an int8 product", () => {
  it.each(VARIANTS)("is the sum by definition, with %s", (variant) => {
    fc.assert(
      fc.property(anyProduct, (product) => {
        const results = multiply(kernelsOf[variant], product);
        for (const [index, expected] of expectedProduct(product).entries()) {
          expect(Math.abs(results[index] - expected)).toBeLessThanOrEqual(
            1e-5 * Math.max(100, Math.abs(expected)),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it("has the same bits with relaxed SIMD and without", () => {
    fc.assert(
      fc.property(anyProduct, (product) => {
        expect(multiply(kernelsOf["relaxed-simd"], product)).toEqual(
          multiply(kernelsOf.simd, product),
        );
      }),
      { numRuns: 40 },
    );
  });
});
