import { describe, expect, it } from "vitest";
import { bellShaped, uniform } from "../../../../src/model/checkpoint/synthetic/random.ts";

describe("bellShaped", () => {
  it("gives the numbers that sfc32 gives in another language", () => {
    // Computed in Python with unbounded integers, from the generator's definition.
    expect([...bellShaped("any seed", 3)]).toEqual([
      0.30255916714668274, -0.5828651189804077, -0.7354925870895386,
    ]);
  });

  it("has mean 0, variance 1 and a normal distribution's middle", () => {
    const values = bellShaped("distribution", 400_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const within = values.filter((value) => Math.abs(value) < 1).length / values.length;
    expect(mean).toBeCloseTo(0, 2);
    expect(variance).toBeCloseTo(1, 1);
    expect(Math.abs(within - 0.6745)).toBeLessThan(0.02);
  });

  it("depends on the whole seed", () => {
    const firsts = ["a", "b", "aa", "ab", "ba", ""].map((seed) => bellShaped(seed, 4).join());
    expect(new Set(firsts).size).toBe(6);
  });
});

describe("uniform", () => {
  it("gives the numbers that sfc32 gives in another language", () => {
    expect([...uniform("any seed", 3)]).toEqual([
      0.6917134523391724, 0.9349149465560913, -0.0035495758056640625,
    ]);
  });

  it("covers [-1, 1)", () => {
    const values = uniform("range", 100_000);
    expect(Math.min(...values.subarray(0, 50_000))).toBeLessThan(-0.999);
    expect(Math.max(...values.subarray(0, 50_000))).toBeGreaterThan(0.999);
    expect(values.every((value) => value >= -1 && value < 1)).toBe(true);
  });
});
