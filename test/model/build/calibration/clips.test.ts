import { expect, it } from "vitest";
import { builtInCalibrationClips } from "../../../../src/model/build/calibration/clips.ts";
import { GOLDEN_INPUTS, goldenSamples } from "../../../../support/packs/golden.ts";

it("the built-in clips are whole, not too loud, and the same every time", () => {
  const clips = builtInCalibrationClips();
  for (const clip of clips) {
    expect(clip.length).toBeGreaterThanOrEqual(400);
    expect(clip.every((sample) => Math.abs(sample) <= 1)).toBe(true);
    expect(clip.some((sample) => sample !== 0)).toBe(true);
  }
  expect(builtInCalibrationClips()).toEqual(clips);
});

it.each(GOLDEN_INPUTS)("none of them has anything to do with golden input %s", async (input) => {
  const golden = await goldenSamples(input);
  for (const clip of builtInCalibrationClips()) {
    expect(Math.abs(correlation(clip, golden))).toBeLessThan(0.5);
  }
});

/** Over as many samples as both have. */
function correlation(a: Float32Array, b: Float32Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    product += a[index] * b[index];
    squaresA += a[index] ** 2;
    squaresB += b[index] ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB || 1);
}
