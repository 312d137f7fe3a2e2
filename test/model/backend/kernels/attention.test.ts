import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Kernels, kernelsOf, spread, VARIANTS } from "../../../support/model/open-kernels.ts";

interface Attention {
  readonly heads: number;
  readonly width: number;
  readonly rows: number;
  readonly frames: number;
  /** How far apart scores are: large ones make softmax choose, small ones make it mix. */
  readonly spreadOf: number;
  /** 1 if values are integers. */
  readonly integerValues: number;
}

const anyAttention: fc.Arbitrary<Attention> = fc.record({
  heads: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 1, max: 20 }),
  rows: fc.integer({ min: 1, max: 10 }),
  frames: fc.integer({ min: 1, max: 30 }),
  spreadOf: fc.constantFrom(0.01, 1, 20),
  integerValues: fc.constantFrom(0, 1),
});

function operands({ heads, width, rows, frames, spreadOf }: Attention) {
  const hidden = heads * width;
  const numbers = (length: number, seed: number, scale: number) =>
    Float32Array.from(spread(length, -1000, 1000, seed), (value) => (scale * value) / 1000);
  return {
    input: numbers(rows * hidden, 3, 1),
    queries: numbers(rows * hidden, 5, spreadOf / Math.sqrt(width)),
    keysValues: numbers(frames * 2 * hidden, 7, 2),
    table: numbers(heads * (frames + rows), 11, spreadOf),
    gateWeights: numbers(width * 2, 13, 1),
    gateBias: numbers(2, 17, 1),
    gateConstants: numbers(heads, 19, 3),
  };
}

function attend({ kernels, heap }: Kernels, attention: Attention): Float32Array {
  heap.reset();
  const { heads, width, rows, frames, integerValues } = attention;
  const values = operands(attention);
  const results = heap.floats(rows * heads * width);
  const scratch = heap.bytes(kernels.gatedAttentionScratchBytes(width, frames, integerValues));
  const behind = heap.floats(4);
  const before = behind.read();
  kernels.gatedAttention(
    heads,
    width,
    heads * width,
    heap.put(values.input),
    heap.put(values.queries),
    rows,
    heap.put(values.keysValues),
    frames,
    heap.put(values.table),
    frames + rows,
    heap.put(values.gateWeights),
    heap.put(values.gateBias),
    heap.put(values.gateConstants),
    integerValues,
    scratch.address,
    results.address,
  );
  expect(behind.read()).toEqual(before);
  return results.read();
}

/** Attention without a position bias, by the kernel that has none. */
function attendWithoutBias({ kernels, heap }: Kernels, attention: Attention): Float32Array {
  heap.reset();
  const { heads, width, rows, frames, integerValues } = attention;
  const { queries, keysValues } = operands(attention);
  const results = heap.floats(rows * heads * width);
  const scratch = heap.bytes(kernels.gatedAttentionScratchBytes(width, frames, integerValues));
  const behind = heap.floats(4);
  const before = behind.read();
  kernels.attention(
    heads,
    width,
    heads * width,
    heap.put(queries),
    rows,
    heap.put(keysValues),
    frames,
    integerValues,
    scratch.address,
    results.address,
  );
  expect(behind.read()).toEqual(before);
  return results.read();
}

/** A query's row in 7 bits over its own range, as numbers again; single rounding errors are float32's. */
function inSevenBits(row: Float32Array): number[] {
  const low = Math.min(...row);
  const scale = Math.fround(Math.fround(Math.max(...row) - low) / 127);
  const inverse = scale > 0 ? Math.fround(1 / scale) : 0;
  return Array.from(row, (value) => low + scale * rounded(Math.fround(value - low), inverse));
}

/** A key in 8 bits, symmetrically over its largest value, as numbers again. */
function inEightBits(key: Float32Array): number[] {
  const scale = Math.fround(Math.max(...key.map(Math.abs)) / 127);
  const inverse = scale > 0 ? Math.fround(1 / scale) : 0;
  return Array.from(key, (value) => scale * rounded(value, inverse));
}

/** A column of values in 8 bits over its own range, as numbers again. */
function inItsRange(column: Float32Array): number[] {
  const low = Math.min(...column);
  const high = Math.max(...column);
  const middle = Math.fround(Math.fround(low / 2) + Math.fround(high / 2));
  const scale = Math.fround(Math.fround(high - middle) / 127);
  const inverse = scale > 0 ? Math.fround(1 / scale) : 0;
  return Array.from(
    column,
    (value) => middle + scale * rounded(Math.fround(value - middle), inverse),
  );
}

/** Halves go to the even integer. */
function rounded(value: number, inverse: number): number {
  const product = Math.fround(value * inverse);
  const below = Math.floor(product);
  if (product - below !== 0.5) return Math.round(product);
  return below % 2 === 0 ? below : below + 1;
}

/** The same in float64, by the definition, of what is multiplied in as many bits as the kernel has. */
function expectedAttention(attention: Attention, hasBias = true): Float64Array {
  const { heads, width, rows, frames, integerValues } = attention;
  const hidden = heads * width;
  const { input, queries, keysValues, table, gateWeights, gateBias, gateConstants } =
    operands(attention);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const range = (length: number) => Array.from({ length }, (_, index) => index);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const results = new Float64Array(rows * hidden);
  for (const head of range(heads)) {
    const column = head * width;
    const keys = range(frames).map((frame) => {
      const at = frame * 2 * hidden + column;
      return inEightBits(keysValues.subarray(at, at + width));
    });
    const columns = range(width).map((i) => {
      const own = range(frames).map((frame) => keysValues[(2 * frame + 1) * hidden + column + i]);
      return integerValues === 1 ? inItsRange(Float32Array.from(own)) : own;
    });
    for (const row of range(rows)) {
      const at = row * hidden + column;
      const query = inSevenBits(queries.subarray(at, at + width));
      const [a, b] = [0, 1].map((gate) =>
        sigmoid(
          gateBias[gate] + sum(range(width).map((i) => input[at + i] * gateWeights[2 * i + gate])),
        ),
      );
      const gate = a * (b * gateConstants[head] - 1) + 2;
      const scores = range(frames).map((frame) => {
        const bias = table[head * (frames + rows) + rows - 1 - row + frame];
        const product = sum(range(width).map((i) => query[i] * keys[frame][i]));
        return hasBias ? product + gate * bias : product;
      });
      const highest = Math.max(...scores);
      const powers = scores.map((score) => {
        const power = Math.exp(score - highest);
        return integerValues === 1 ? Math.round(16383 * power) : power;
      });
      for (const i of range(width)) {
        const mixed = powers.map((p, frame) => p * columns[i][frame]);
        results[at + i] = sum(mixed) / sum(powers);
      }
    }
  }
  return results;
}

/** Probabilities near a half of a quantum may fall on either side: values are up to 4 apart. */
function toleranceOf({ integerValues }: Attention): number {
  return integerValues === 1 ? 1e-4 + 4 / 16383 : 1e-4;
}

describe("gated attention", () => {
  it.each(VARIANTS)("mixes values as its definition says, with %s", (variant) => {
    fc.assert(
      fc.property(anyAttention, (attention) => {
        const results = attend(kernelsOf[variant], attention);
        for (const [index, expected] of expectedAttention(attention).entries()) {
          expect(Math.abs(results[index] - expected)).toBeLessThan(toleranceOf(attention));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has the same bits with relaxed SIMD and without", () => {
    fc.assert(
      fc.property(anyAttention, (attention) => {
        expect(attend(kernelsOf["relaxed-simd"], attention)).toEqual(
          attend(kernelsOf.simd, attention),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe("attention without a position bias", () => {
  it.each(VARIANTS)("mixes values as its definition says, with %s", (variant) => {
    fc.assert(
      fc.property(anyAttention, (attention) => {
        const results = attendWithoutBias(kernelsOf[variant], attention);
        for (const [index, expected] of expectedAttention(attention, false).entries()) {
          expect(Math.abs(results[index] - expected)).toBeLessThan(toleranceOf(attention));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has the same bits with relaxed SIMD and without", () => {
    fc.assert(
      fc.property(anyAttention, (attention) => {
        expect(attendWithoutBias(kernelsOf["relaxed-simd"], attention)).toEqual(
          attendWithoutBias(kernelsOf.simd, attention),
        );
      }),
      { numRuns: 30 },
    );
  });
});
