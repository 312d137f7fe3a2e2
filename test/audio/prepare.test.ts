import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mixToMono } from "../../src/audio/mix.ts";
import { prepareClip } from "../../src/audio/prepare.ts";
import { resample } from "../../src/audio/resample/resample.ts";
import { createLedger } from "../../src/ledger.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import { fitTone, sine } from "../../support/clips/tones.ts";
import { CODECS, inPieces, pieceSizes } from "../../support/decoding/decode-all.ts";
import { prepare, refusalOfPreparing } from "../support/clips/prepared.ts";

const RATE_HZ = 44_100;
const LEFT = sine(1_000, RATE_HZ, 0.5).map((sample) => sample / 2);
const RIGHT = sine(3_000, RATE_HZ, 0.5).map((sample) => sample / 4);
const STEREO = makeWav({ sampleRateHz: RATE_HZ, channels: [LEFT, RIGHT], format: "f32" });

const silence = (frames: number, sampleRateHz = 8_000) =>
  makeWav({ sampleRateHz, channels: [new Float32Array(frames)], format: "s16" });

test("a stereo clip becomes its mono mix at 16 kHz, and is described", async () => {
  const { info, samples } = await prepare(STEREO);
  expect(info).toEqual({
    container: "wav",
    codec: "pcm_f32le",
    sampleRateHz: RATE_HZ,
    channels: 2,
    bitsPerSample: 32,
    seconds: 0.5,
    channel: "mix",
    warnings: [],
  });
  expect(samples).toHaveLength(8_000);
  expect(fitTone(samples, 1_000, 16_000, 400).amplitudeDb).toBeCloseTo(20 * Math.log10(0.25), 2);
});

test("a mono clip at 16 kHz keeps its samples", async () => {
  const channel = Float32Array.of(0.5, -0.5, 0.25);
  const bytes = makeWav({ sampleRateHz: 16_000, channels: [channel], format: "f32" });
  expect((await prepare(bytes)).samples).toEqual(channel);
});

test("the pieces that a clip arrives in change no sample of the whole, part or channel", async () => {
  const selection = { channel: "right", startSeconds: 0.1, endSeconds: 0.3 } as const;
  const whole = resample(mixToMono([LEFT, RIGHT]), RATE_HZ);
  const part = resample(RIGHT.subarray(4_410, 13_230), RATE_HZ);
  await fc.assert(
    fc.asyncProperty(pieceSizes, async (pieces) => {
      expect((await prepare(STEREO, { pieces })).samples).toEqual(whole);
      expect((await prepare(STEREO, { pieces, selection })).samples).toEqual(part);
    }),
    { numRuns: 10 },
  );
});

describe("the part from start to end", () => {
  test("is what is computed, and the answer tells it", async () => {
    const selection = { startSeconds: 0.125, endSeconds: 0.25 };
    const { info, samples } = await prepare(STEREO, { selection });
    expect(info).toMatchObject({ ...selection, seconds: expect.closeTo(0.125, 4) });
    const frames = [Math.round(0.125 * RATE_HZ), Math.round(0.25 * RATE_HZ)];
    expect(samples).toEqual(resample(mixToMono([LEFT, RIGHT]).subarray(...frames), RATE_HZ));
  });

  test("ends with the clip if that is shorter", async () => {
    const { info, samples } = await prepare(STEREO, {
      selection: { startSeconds: 0.4, endSeconds: 9 },
    });
    expect(info).toMatchObject({ endSeconds: 9, seconds: expect.closeTo(0.1, 4) });
    expect(samples).toHaveLength(1_600);
  });

  test("cannot begin after the clip has ended", async () => {
    const refusal = await refusalOfPreparing(STEREO, { selection: { startSeconds: 0.5 } });
    expect(refusal.slug).toBe("start-out-of-range");
    expect(refusal.message).toContain("ends at 0.500 s");
  });

  test("cannot be shorter than a sample", async () => {
    const selection = { startSeconds: 0.1, endSeconds: 0.100_001 };
    expect((await refusalOfPreparing(STEREO, { selection })).slug).toBe("clip-too-short");
  });

  test("is all that is read of the clip", async () => {
    let pulledBytes = 0;
    const bytes = silence(8_000 * 60);
    const pieces = function* () {
      for (const piece of inPieces(bytes, [1_000])) {
        pulledBytes += piece.length;
        yield piece;
      }
    };
    await prepareClip(pieces(), {
      selection: { channel: "mix", endSeconds: 1 },
      limits: { maxClipSeconds: 5, maxDecodedSeconds: 300 },
      codecs: CODECS,
    });
    expect(pulledBytes).toBeLessThan(70_000);
  });
});

test("a cut clip is computed as far as it goes, with a warning that says how far", async () => {
  const { info, samples } = await prepare(STEREO.subarray(0, 44 + 8 * 4_410 + 3));
  expect(samples).toHaveLength(1_600);
  expect(info.seconds).toBe(0.1);
  expect(info.warnings).toContainEqual({
    code: "truncated",
    seconds: 0.1,
    detail: expect.stringContaining("first 0.100 s"),
  });
});

test("decoding and resampling are timed", async () => {
  const { decodeMs, resampleMs } = (await prepare(STEREO)).timings;
  expect(decodeMs).toBeGreaterThan(0);
  expect(resampleMs).toBeGreaterThan(0);
});

describe("the memory of a clip", () => {
  const limits = { maxClipSeconds: 60, maxDecodedSeconds: 60 };
  const reading = { codecs: CODECS, selection: { channel: "mix" }, limits } as const;

  test("is that of a decoder and of samples that grow, and in the end that of the samples", async () => {
    const ledger = createLedger(1e9);
    const memory = ledger.open("clips");
    const { samples } = await prepareClip([silence(8_000 * 30)], { ...reading, memory });
    expect(memory.bytes).toBe(samples.byteLength);
    expect(ledger.peakBytes()).toBeGreaterThan(2 * samples.byteLength);
    await prepareClip([STEREO], { ...reading, memory });
    expect(memory.bytes).toBe(4 * 8_000);
  });

  test("is waited for before the clip is read, and may run out while it is", async () => {
    const ledger = createLedger(3e6);
    const others = ledger.open("results");
    others.hold(2e6);
    let isRead = false;
    const pieces = (function* () {
      isRead = true;
      yield silence(8_000 * 30);
    })();
    const preparing = prepareClip(pieces, { ...reading, memory: ledger.open("clips") });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isRead).toBe(false);
    others.release();
    await expect(preparing).rejects.toMatchObject({ slug: "overloaded" });
    expect(isRead).toBe(true);
  });

  test("is not waited for once the client is gone", async () => {
    const ledger = createLedger(1e6);
    const client = new AbortController();
    const memory = ledger.open("clips");
    const preparing = prepareClip([STEREO], { ...reading, memory, signal: client.signal });
    client.abort();
    await expect(preparing).rejects.toMatchObject({ slug: "request-aborted" });
  });
});
