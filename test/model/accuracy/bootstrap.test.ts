import { expect, test } from "vitest";
import { bootstrapInterval } from "../../../src/model/accuracy/bootstrap.ts";

const clips = (wrong: number, right: number) => [
  ...Array.from({ length: wrong }, () => ({ errors: 1, words: 1 })),
  ...Array.from({ length: right }, () => ({ errors: 0, words: 1 })),
];

test("clips that agree leave no doubt", () => {
  expect(bootstrapInterval(clips(0, 20))).toEqual([0, 0]);
  expect(bootstrapInterval(clips(20, 0))).toEqual([1, 1]);
});

test("of one-word clips the interval is that of a binomial proportion", () => {
  // 400 clips, a fifth wrong: 0.2 ± 1.96 · √(0.2 · 0.8 / 400) = 0.2 ± 0.0392.
  const [low, high] = bootstrapInterval(clips(80, 320));
  expect(Math.abs(low - 0.1608)).toBeLessThan(0.01);
  expect(Math.abs(high - 0.2392)).toBeLessThan(0.01);
});

test("it is the same each time", () => {
  expect(bootstrapInterval(clips(3, 7))).toEqual(bootstrapInterval(clips(3, 7)));
});
