import { describe, expect, test } from "vitest";
import { createLevelMeter } from "../../../src/audio/clip/level.ts";

const description = (bitsPerSample: number | null) => ({
  container: "wav",
  codec: "pcm",
  sampleRateHz: 8_000,
  channels: 1,
  bitsPerSample,
});

/** Samples counted as clipped, in blocks of one channel. */
function clipped(blocks: readonly number[][], bitsPerSample: number | null = 16): number {
  const meter = createLevelMeter(description(bitsPerSample));
  for (const block of blocks) meter.watch([Float32Array.from(block)], 0);
  return meter.clippedSamples();
}

const TOP = 32_767 / 32_768;

describe("samples at full scale are counted in runs of three and more", () => {
  test.each([
    ["three", [[0, TOP, TOP, TOP, 0]], 3],
    ["five below zero", [[-1, -1, -1, -1, -1]], 5],
    ["two", [[0, TOP, TOP, 0, TOP, TOP]], 0],
    ["two runs", [[1, 1, 1, 0, -1, -1, -1, -1]], 7],
    ["a run across blocks", [[0, 1], [1], [1, 0]], 3],
    ["beyond full scale, as lossy codecs give it", [[1.1, 1.3, 1.2]], 3],
    ["not quite", [[0.999, 0.999, 0.999]], 0],
  ])("%s", (_, blocks, expected) => {
    expect(clipped(blocks)).toBe(expected);
  });

  test.each([
    ["u8", 127 / 128],
    ["A-law", 32_256 / 32_768],
    ["µ-law", 32_124 / 32_768],
  ])("of 8 bits, whose highest step is lower: %s", (_, top) => {
    expect(clipped([[top, top, top]], 8)).toBe(3);
    expect(clipped([[top, top, top]], 16)).toBe(0);
  });

  test("in every channel by itself", () => {
    const meter = createLevelMeter(description(16));
    meter.watch([Float32Array.of(1, 1, 0), Float32Array.of(0, 1, 1)], 0);
    meter.watch([Float32Array.of(1, 1, 1), Float32Array.of(1, 0, 0)], 3);
    expect(meter.clippedSamples()).toBe(6);
  });
});

test("the first sample that is no usable number is named by its place in the file", () => {
  const meter = createLevelMeter(description(null));
  const bad = [Float32Array.of(0, 0, Number.NaN), Float32Array.of(0, 3e38, 0)];
  expect(() => meter.watch(bad, 8_000)).toThrow(/sample at 1\.000125 s is 3\.0+\d*e\+38/);
});
