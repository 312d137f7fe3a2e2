import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { probit } from "../../../src/charts/normal-deviate.ts";
import {
  equalError,
  operatingPoints,
  type ScoredPair,
} from "../../../src/model/heads/equal-error.ts";

const pairs = fc
  .array(fc.record({ score: fc.integer({ min: -20, max: 20 }), isTarget: fc.boolean() }), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((list) => new Set(list.map(({ isTarget }) => isTarget)).size === 2);

/** The shares of pairs that a threshold gets wrong, by counting. */
function ratesAt(list: readonly ScoredPair[], threshold: number) {
  const share = (isTarget: boolean, isWrong: (score: number) => boolean) => {
    const ofKind = list.filter((pair) => pair.isTarget === isTarget);
    return ofKind.filter(({ score }) => isWrong(score)).length / ofKind.length;
  };
  return {
    falseAcceptRate: share(false, (score) => score >= threshold),
    falseRejectRate: share(true, (score) => score < threshold),
  };
}

describe("operating points", () => {
  test("say how often each threshold errs, and leave no way to tell pairs apart out but rejecting all", () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const points = operatingPoints(list);
        for (const { threshold, ...rates } of points) {
          expect(rates).toEqual(ratesAt(list, threshold));
        }
        const scores = new Set(list.map(({ score }) => score));
        expect(points).toHaveLength(scores.size);
        const thresholds = points.map(({ threshold }) => threshold);
        expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe("the equal error", () => {
  test("is none where scores tell speakers apart, halfway between the nearest", () => {
    const list = [
      { score: 0.9, isTarget: true },
      { score: 0.7, isTarget: true },
      { score: 0.3, isTarget: false },
      { score: -0.2, isTarget: false },
    ];
    expect(equalError(operatingPoints(list))).toEqual({ threshold: 0.5, equalErrorRate: 0 });
  });

  test("is where no other threshold has its two rates nearer to each other", () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const { threshold, equalErrorRate } = equalError(operatingPoints(list));
        const gap = ({ falseAcceptRate, falseRejectRate }: ReturnType<typeof ratesAt>) =>
          Math.abs(falseAcceptRate - falseRejectRate);
        const found = ratesAt(list, threshold);
        for (const { score } of list) {
          expect(gap(found)).toBeLessThanOrEqual(gap(ratesAt(list, score)) + 1e-12);
        }
        expect(equalErrorRate).toBeCloseTo((found.falseAcceptRate + found.falseRejectRate) / 2, 12);
      }),
    );
  });

  test("of two normal distributions two deviations apart is Φ(−1), at their middle", () => {
    const count = 2000;
    const quantiles = Array.from({ length: count }, (_, index) => probit((index + 0.5) / count));
    const list = quantiles.flatMap((quantile) => [
      { score: quantile + 1, isTarget: true },
      { score: quantile - 1, isTarget: false },
    ]);
    const { threshold, equalErrorRate } = equalError(operatingPoints(list));
    expect(threshold).toBeCloseTo(0, 2);
    expect(equalErrorRate).toBeCloseTo(0.158655, 2);
  });
});
