import { expect, it } from "vitest";
import { speechLikeClip } from "../../bench/speech-clip.ts";
import { prepare } from "../support/clips/prepared.ts";

it("a clip's WAV file holds the very samples that the baseline gets", async () => {
  const { samples, wav } = speechLikeClip(1.5);
  expect(samples).toHaveLength(24_000);
  const decoded = (await prepare(wav)).samples;
  // Compared with ===, for which −0 is 0.
  expect(decoded.findIndex((value, index) => value !== samples[index])).toBe(-1);
  expect(decoded).toHaveLength(samples.length);
});

it("a clip is loud enough and has pauses, as speech does", () => {
  const { samples } = speechLikeClip(5);
  const loudness = Array.from({ length: 50 }, (_, tenth) => {
    const part = samples.subarray(tenth * 1600, (tenth + 1) * 1600);
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length);
  });
  expect(Math.max(...loudness)).toBeGreaterThan(0.05);
  expect(Math.min(...loudness)).toBeLessThan(0.005);
});
