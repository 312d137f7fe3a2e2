import { describe, expect, it } from "vitest";
import { median, medianTimes, percentile, timed } from "../../bench/statistics.ts";

describe("the median", () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 100, 2], 3],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("of nothing does not exist", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("a percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [hundred, 0.99, 99],
    [hundred, 0.5, 50],
    [hundred, 1, 100],
    [[7], 0.99, 7],
    [[1, 2, 3], 0.99, 3],
  ])("of %j at %d is %d", (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  it("of nothing does not exist", () => {
    expect(() => percentile([], 0.99)).toThrow(RangeError);
  });
});

describe("interleaved timing", () => {
  it("lets the contestants take turns", async () => {
    const order: string[] = [];
    const contestant = (name: string) => async () => {
      order.push(name);
      return 1;
    };
    await medianTimes({ a: contestant("a"), b: contestant("b") }, { repeats: 2, warmUps: 1 });
    expect(order.join("")).toBe("ababab");
  });

  it("gives each one's median and counts no warm-up", async () => {
    const slowAtFirst = [1000, 10, 30, 20];
    const steady = [5, 5, 5, 5];
    const next = (times: number[]) => async () => times.shift() as number;
    const rounds = { repeats: 3, warmUps: 1 };
    expect(await medianTimes({ a: next(slowAtFirst), b: next(steady) }, rounds)).toEqual({
      a: 20,
      b: 5,
    });
  });
});

it("a time is taken until the work is over", async () => {
  let isOver = false;
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    isOver = true;
  };
  expect(await timed(work)).toBeGreaterThan(0);
  expect(isOver).toBe(true);
});
