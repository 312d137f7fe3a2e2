import { describe, expect, test } from "vitest";
import { prepareClip } from "../../src/audio/prepare.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import { CODECS } from "../../support/decoding/decode-all.ts";
import { prepare, refusalOfPreparing } from "../support/clips/prepared.ts";

const silence = (frames: number, sampleRateHz = 8_000) =>
  makeWav({ sampleRateHz, channels: [new Float32Array(frames)], format: "s16" });

const STEREO = makeWav({
  sampleRateHz: 8_000,
  channels: [new Float32Array(800), new Float32Array(800)],
  format: "s16",
});

describe("bounds", () => {
  test("a clip of exactly the allowed seconds is read, one sample more is not", async () => {
    const limits = { maxClipSeconds: 1 };
    expect((await prepare(silence(8_000), { limits })).info.seconds).toBe(1);
    const refusal = await refusalOfPreparing(silence(8_001), { limits });
    expect(refusal.slug).toBe("clip-too-long");
    expect(refusal.message).toMatch(/1 s .*start and end/);
    expect(refusal.extensions).toEqual({ maxClipSeconds: 1 });
  });

  test("of a longer clip, a part that is short enough is read", async () => {
    const limits = { maxClipSeconds: 1 };
    const selection = { startSeconds: 1.5, endSeconds: 2.5 };
    expect((await prepare(silence(24_000), { limits, selection })).info.seconds).toBe(1);
  });

  test("a part is looked for only so far into a clip", async () => {
    const limits = { maxClipSeconds: 1, maxDecodedSeconds: 2 };
    const within = { startSeconds: 1.5, endSeconds: 2 };
    expect((await prepare(silence(80_000), { limits, selection: within })).info.seconds).toBe(0.5);
    const refused = [
      { startSeconds: 1.5, endSeconds: 2.01 },
      { startSeconds: 2 },
      { startSeconds: 1e9 },
    ];
    for (const selection of refused) {
      const refusal = await refusalOfPreparing(silence(80_000), { limits, selection });
      expect(refusal.slug).toBe("clip-too-long");
      expect(refusal.message).toContain("first 2 s");
      expect(refusal.extensions).toEqual({ maxDecodedSeconds: 2 });
    }
  });

  test("a short clip is read to its end though its end was asked for further on", async () => {
    const limits = { maxClipSeconds: 1, maxDecodedSeconds: 2 };
    const selection = { endSeconds: 1e9 };
    expect((await prepare(silence(4_000), { limits, selection })).info.seconds).toBe(0.5);
  });

  test("whatever is allowed as a clip may be decoded", async () => {
    const limits = { maxClipSeconds: 3, maxDecodedSeconds: 1 };
    expect((await prepare(silence(24_000), { limits })).info.seconds).toBe(3);
  });

  test("32 channels are read, 33 are not", async () => {
    const clip = (count: number) => {
      const channels = Array.from({ length: count }, () => new Float32Array(10));
      return makeWav({ sampleRateHz: 16_000, channels, format: "s16" });
    };
    expect((await prepare(clip(32))).info.channels).toBe(32);
    const refusal = await refusalOfPreparing(clip(33));
    expect(refusal.slug).toBe("channels-unsupported");
    expect(refusal.extensions).toEqual({ channels: 33, maxChannels: 32 });
  });

  test.each([1, 3_999, 384_001, 4_000_000])("a sample rate of %d Hz is not", async (rateHz) => {
    expect((await refusalOfPreparing(silence(10, rateHz))).slug).toBe("sample-rate-unsupported");
  });
});

describe("what cannot be read is refused", () => {
  test("no audio", async () => {
    const refusal = await refusalOfPreparing(new TextEncoder().encode("hello"));
    expect(refusal.slug).toBe("not-audio");
  });

  test("a channel that the clip has not", async () => {
    const refusal = await refusalOfPreparing(STEREO, { selection: { channel: 2 } });
    expect(refusal.slug).toBe("channel-out-of-range");
  });

  test("for a client that has left", async () => {
    const preparing = prepareClip([STEREO], {
      selection: { channel: "mix" },
      limits: { maxClipSeconds: 5, maxDecodedSeconds: 5 },
      codecs: CODECS,
      signal: AbortSignal.abort(),
    });
    await expect(preparing).rejects.toMatchObject({ slug: "request-aborted" });
  });

  test.each([Number.NaN, Infinity, -Infinity, 3e38])(
    "a sample of %d, with the second it lies at in the file",
    async (bad) => {
      const left = new Float32Array(150_000);
      const right = new Float32Array(150_000);
      left[148_000] = bad;
      right[140_000] = bad;
      const bytes = makeWav({ sampleRateHz: 16_000, channels: [left, right], format: "f32" });
      const refusal = await refusalOfPreparing(bytes, { selection: { startSeconds: 3 } });
      expect(refusal.slug).toBe("clip-samples-not-finite");
      expect(refusal.message).toContain("8.750000 s");
      expect(refusal.extensions).toEqual({ seconds: 8.75, sample: 140_000 });
    },
  );

  test("but not for a bad sample of what is not used", async () => {
    const left = new Float32Array(16_000);
    const right = new Float32Array(16_000).fill(0.5);
    left.fill(Number.NaN);
    right[15_999] = Infinity;
    const bytes = makeWav({ sampleRateHz: 16_000, channels: [left, right], format: "f32" });
    const selection = { channel: 1, endSeconds: 0.9 };
    expect((await prepare(bytes, { selection })).samples).toHaveLength(14_400);
  });

  test("nor for finite ones beyond full scale", async () => {
    const channels = [Float32Array.of(1.5, -40_000, 1e-40)];
    const bytes = makeWav({ sampleRateHz: 16_000, channels, format: "f32" });
    expect((await prepare(bytes)).samples).toEqual(channels[0]);
  });
});
