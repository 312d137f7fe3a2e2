import { expect, test } from "vitest";
import { normalise } from "../../../src/audio/clip/normalise.ts";
import { readFloats } from "../../../support/decoding/fixtures.ts";

test("a clip comes out as Hugging Face's feature extractor makes it", () => {
  const expected = readFloats("x4001.normalised.f32le");
  const actual = normalise(readFloats("x4001.f32le"));
  const largestError = Math.max(
    ...actual.map((value, i) => Math.abs(value - (expected[i] as number))),
  );
  expect(actual.length).toBe(4_001);
  expect(largestError).toBeLessThan(1e-6);
});

test("the variance is the population's", () => {
  expect(normalise(Float32Array.of(3, 5))[1]).toBeCloseTo(1, 6);
});

test("silence stays silence", () => {
  expect(normalise(new Float32Array(400))).toEqual(new Float32Array(400));
});

test("a constant becomes silence", () => {
  expect(normalise(new Float32Array(400).fill(0.25))).toEqual(new Float32Array(400));
});

test("a very quiet clip is held down by the epsilon", () => {
  const quiet = Float32Array.of(1e-4, -1e-4);
  expect(normalise(quiet)[0]).toBeCloseTo(1e-4 / Math.sqrt(1e-8 + 1e-7), 6);
});
