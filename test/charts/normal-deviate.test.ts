import { describe, expect, test } from "vitest";
import { normalDeviateScale, probit } from "../../src/charts/normal-deviate.ts";

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.025, -1.959963984540054],
  [0.9, 1.2815515655446004],
  [0.001, -3.090232306167813],
  [0.99999, 4.264890793922602],
])("the normal quantile of %d is that of the tables", (probability, quantile) => {
  expect(probit(probability)).toBeCloseTo(quantile, 7);
});

describe("a normal-deviate axis", () => {
  test("spans the round rates about its data, which it names in per cent", () => {
    const { ticks, label } = normalDeviateScale([0.03, 0.15]);
    expect(ticks).toEqual([0.02, 0.05, 0.1, 0.2]);
    expect(ticks.map((tick) => label?.(tick))).toEqual(["2 %", "5 %", "10 %", "20 %"]);
  });

  test("gives equal room to equal deviates", () => {
    const { position, ticks } = normalDeviateScale([0.1, 0.9]);
    expect(ticks).toEqual([0.1, 0.2, 0.4, 0.6, 0.8, 0.9]);
    expect([0.1, 0.5, 0.9].map((rate) => Number(position(rate).toFixed(9)))).toEqual([0, 0.5, 1]);
    expect(position(0.2) + position(0.8)).toBeCloseTo(1, 9);
  });

  test("leaves room between its labels, however wide the data", () => {
    for (const rates of [
      [0.0001, 0.9999],
      [0.001, 0.99],
      [0.01, 0.3],
      [0.4, 0.6],
    ]) {
      const { ticks, position } = normalDeviateScale(rates);
      const places = ticks.map(position);
      const gaps = places.slice(1).map((place, index) => place - (places[index] as number));
      expect(ticks.length).toBeGreaterThan(1);
      expect(Math.min(...gaps)).toBeGreaterThan(0.08);
    }
  });

  test("reaches to data beyond its round rates", () => {
    const { position } = normalDeviateScale([0.00001, 0.5]);
    expect(position(0.00001)).toBe(0);
  });
});
