import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pool } from "../../../../src/model/engine/taps/pooling.ts";

const threeFrames = { rows: 3, columns: 2, data: new Float32Array([1, -4, 3, -6, 8, -2]) };

describe("pool", () => {
  test("none keeps every frame", () => {
    expect(pool(threeFrames, "none")).toEqual({ shape: [3, 2], data: threeFrames.data });
  });

  test("mean averages each channel over the frames", () => {
    expect(pool(threeFrames, "mean")).toEqual({ shape: [2], data: new Float32Array([4, -4]) });
  });

  test("max takes each channel's largest value, negative ones too", () => {
    expect(pool(threeFrames, "max")).toEqual({ shape: [2], data: new Float32Array([8, -2]) });
  });

  test("mean_std appends the population standard deviation", () => {
    const pooled = pool(threeFrames, "mean_std");
    expect(pooled.shape).toEqual([4]);
    const expected = [4, -4, Math.sqrt((9 + 1 + 16) / 3), Math.sqrt((0 + 4 + 4) / 3)];
    expect(pooled.data).toEqual(Float32Array.from(expected));
  });

  test("a single frame deviates by 0, not NaN", () => {
    const oneFrame = { rows: 1, columns: 2, data: new Float32Array([0.1, -7]) };
    expect(pool(oneFrame, "mean_std").data).toEqual(new Float32Array([0.1, -7, 0, 0]));
  });

  test("accumulates in float64: small values survive beside a large one", () => {
    const data = new Float32Array(1001).fill(1e-3);
    data[0] = 1e6;
    const expected = Math.fround((1e6 + 1000 * Math.fround(1e-3)) / 1001);
    expect(pool({ rows: 1001, columns: 1, data }, "mean").data[0]).toBe(expected);
  });

  test("a channel that never changes deviates by exactly 0", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 50 }),
        (value, rows) => {
          const pooled = pool(
            { rows, columns: 1, data: new Float32Array(rows).fill(value) },
            "mean_std",
          );
          expect(pooled.data[1]).toBe(0);
        },
      ),
    );
  });

  test("frames summed up in parts give what all of them give", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        (parts) => {
          const data = Float32Array.from(parts.flat());
          const matrix = { rows: data.length, columns: 1, data };
          for (const kind of ["mean", "mean_std", "max"] as const) {
            const whole = pool(matrix, kind).data;
            const merged = pool(
              matrix,
              kind,
              parts.map(({ length }) => length),
            ).data;
            for (const [at, value] of merged.entries()) expect(value).toBeCloseTo(whole[at], 3);
          }
        },
      ),
    );
  });
});
