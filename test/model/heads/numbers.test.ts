import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { summarise } from "../../../src/model/engine/taps/pooling.ts";
import { logSoftmax, sigmoid, softmax } from "../../../src/model/heads/scores.ts";
import { meansAndDeviations } from "../../../src/model/heads/statistics.ts";
import { cosine, l2Normalised } from "../../../src/model/heads/vectors.ts";

const floats = (length: number) =>
  fc
    .array(fc.integer({ min: -1000, max: 1000 }), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values, (value) => value / 64));

describe("scores", () => {
  test("softmax is each power's share, whatever the size of the logits", () => {
    expect([...softmax([Math.log(1), Math.log(2), Math.log(5)])].map((p) => p.toFixed(9))).toEqual([
      "0.125000000",
      "0.250000000",
      "0.625000000",
    ]);
    expect(softmax([1000, 1000])[1]).toBeCloseTo(0.5, 12);
    expect([...softmax([-2000, 0])]).toEqual([0, 1]);
  });

  test("log-softmax is its logarithm, row by row", () => {
    fc.assert(
      fc.property(floats(6), (data) => {
        const result = logSoftmax({ rows: 2, columns: 3, data });
        for (const row of [0, 1]) {
          const expected = softmax(data.subarray(3 * row, 3 * row + 3));
          for (const column of [0, 1, 2]) {
            expect(Math.exp(result.data[3 * row + column] as number)).toBeCloseTo(
              expected[column] as number,
              5,
            );
          }
        }
      }),
    );
  });

  test("sigmoid is symmetric about one half", () => {
    expect(
      [...sigmoid([0, Math.log(3), -Math.log(3), 800, -800])].map((p) => Number(p.toFixed(12))),
    ).toEqual([0.5, 0.75, 0.25, 1, 0]);
  });
});

test("statistics are means and sample deviations of each column", () => {
  // 1, 2, 4: mean 7/3, variance ((4/3)² + (1/3)² + (5/3)²) / 2 = 7/3.
  const matrix = { rows: 3, columns: 2, data: Float32Array.of(1, 5, 2, 5, 4, 5) };
  const { rows, columns, data } = meansAndDeviations(summarise(matrix));
  expect([rows, columns]).toEqual([1, 4]);
  expect(data[0]).toBeCloseTo(7 / 3, 6);
  expect(data[1]).toBe(5);
  expect(data[2]).toBeCloseTo(Math.sqrt(7 / 3), 6);
  expect(data[3]).toBe(0);
});

describe("vectors", () => {
  test("are scaled to length 1 and keep their direction", () => {
    expect([...l2Normalised(Float32Array.of(3, -4))].map((value) => value.toFixed(6))).toEqual([
      "0.600000",
      "-0.800000",
    ]);
    expect([...l2Normalised(Float32Array.of(0, 0))]).toEqual([0, 0]);
  });

  test("have a cosine from −1 to 1 that no scale changes", () => {
    expect(cosine(Float32Array.of(1, 0), Float32Array.of(1, 1))).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosine(Float32Array.of(0, 0), Float32Array.of(1, 1))).toBe(0);
    fc.assert(
      fc.property(floats(5), floats(5), (a, b) => {
        const angle = cosine(a, b);
        expect(Math.abs(angle)).toBeLessThanOrEqual(1);
        expect(
          cosine(
            b,
            a.map((value) => 4 * value),
          ),
        ).toBeCloseTo(angle, 12);
      }),
    );
  });
});
