import { describe, expect, test } from "vitest";
import { prepareClip } from "../../src/audio/prepare.ts";
import { makeWav } from "./make-wav.ts";
import { refusalOf } from "./refusal.ts";
import { fitTone, sine } from "./tones.ts";

const LIMITS = { maxClipSeconds: 60 };

test("a stereo clip becomes its mono mix at 16 kHz", () => {
  const left = sine(1_000, 44_100, 0.5);
  const right = new Float32Array(left.length);
  const bytes = makeWav({ sampleRateHz: 44_100, channels: [left, right], format: "s16" });
  const { info, samples } = prepareClip(bytes, LIMITS);
  expect(info).toEqual({
    container: "wav",
    codec: "pcm_s16le",
    sampleRateHz: 44_100,
    channels: 2,
    bitsPerSample: 16,
    seconds: 0.5,
  });
  expect(samples).toHaveLength(8_000);
  expect(fitTone(samples, 1_000, 16_000, 400).amplitudeDb).toBeCloseTo(20 * Math.log10(0.5), 2);
});

test("a mono clip at 16 kHz keeps its samples", () => {
  const channel = Float32Array.of(0.5, -0.5, 0.25);
  const bytes = makeWav({ sampleRateHz: 16_000, channels: [channel], format: "f32" });
  expect(prepareClip(bytes, LIMITS).samples).toEqual(channel);
});

test("decoding and resampling are timed", () => {
  const bytes = makeWav({
    sampleRateHz: 48_000,
    channels: [sine(1_000, 48_000, 1)],
    format: "s16",
  });
  const { decodeMs, resampleMs } = prepareClip(bytes, LIMITS).timings;
  expect(decodeMs).toBeGreaterThan(0);
  expect(resampleMs).toBeGreaterThan(0);
});

describe("what cannot be read is refused", () => {
  test("no audio", () => {
    const refusal = refusalOf(() => prepareClip(new TextEncoder().encode("hello"), LIMITS));
    expect(refusal.slug).toBe("not-audio");
  });

  test("too many seconds", () => {
    const bytes = makeWav({
      sampleRateHz: 8_000,
      channels: [new Float32Array(9_000)],
      format: "s16",
    });
    expect(refusalOf(() => prepareClip(bytes, { maxClipSeconds: 1 })).slug).toBe("clip-too-long");
  });
});
