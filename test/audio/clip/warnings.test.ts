import { describe, expect, test } from "vitest";
import { clipWarnings } from "../../../src/audio/clip/warnings.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { sine } from "../../../support/clips/tones.ts";
import { prepare } from "../../support/clips/prepared.ts";

const whole = {
  clippedSamples: 0,
  damagedAfterSeconds: null,
  noticed: new Map(),
  peak: 0.5,
};

test("a good clip has none", () => {
  expect(clipWarnings(whole)).toEqual([]);
});

test("each says what it is, in numbers and in a sentence", () => {
  expect(
    clipWarnings({
      clippedSamples: 12,
      damagedAfterSeconds: 1.25,
      noticed: new Map([["part-skipped", { seconds: 0.5, count: 2 }]]),
      peak: 0,
    }),
  ).toEqual([
    {
      ...{ code: "part-skipped", seconds: 0.5, count: 2 },
      detail: expect.stringContaining("2 damaged parts"),
    },
    { code: "truncated", seconds: 1.25, detail: expect.stringContaining("first 1.250 s") },
    { code: "clipped", samples: 12, detail: expect.stringContaining("12 samples") },
    { code: "silence", detail: expect.stringContaining("-60 dB") },
  ]);
});

describe("of real clips", () => {
  const warningsOf = async (samples: Float32Array, channels = [samples]) => {
    const bytes = makeWav({ sampleRateHz: 16_000, channels, format: "s16" });
    return (await prepare(bytes)).info.warnings.map(({ code }) => code);
  };
  const tone = sine(440, 16_000, 0.5);

  test("a tone at full scale has none, one beyond it is clipped", async () => {
    expect(await warningsOf(tone)).toEqual([]);
    expect(await warningsOf(tone.map((sample) => 1.5 * sample))).toEqual(["clipped"]);
  });

  test("a soft tone has none, a softer one may be silence", async () => {
    expect(await warningsOf(tone.map((sample) => 0.002 * sample))).toEqual([]);
    expect(await warningsOf(tone.map((sample) => 0.0009 * sample))).toEqual(["silence"]);
  });

  test("channels that cancel each other out are silence once mixed", async () => {
    const half = tone.map((sample) => sample / 2);
    expect(await warningsOf(half, [half, half.map((sample) => -sample)])).toEqual(["silence"]);
  });
});
