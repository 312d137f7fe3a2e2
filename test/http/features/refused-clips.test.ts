import { beforeAll, describe, test } from "vitest";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { readFixture } from "../../../support/decoding/fixtures.ts";
import { goodClip, type Refusal, startRefusingService } from "../../support/http/refusal.ts";
import { chirp, MAX_CLIP_BYTES, MAX_CLIP_SECONDS, post } from "../../support/http/service.ts";

let refusing: Awaited<ReturnType<typeof startRefusingService>>;

beforeAll(async () => {
  refusing = await startRefusingService();
});

const unsupported = { slug: "unsupported-codec", status: 415 };
const notFinite = { slug: "clip-samples-not-finite", status: 422 };

const cases: [what: string, clip: () => BodyInit, refusal: Refusal][] = [
  ["an empty body", () => "", { slug: "empty-body", status: 400 }],
  ["text", () => "not audio at all, sorry", { slug: "not-audio", status: 415 }],
  ["a page", () => "<!doctype html><html>", { slug: "not-audio", status: 415, detail: /HTML/ }],
  ["a Windows Media file", () => readFixture("refused/noise.wma"), unsupported],
  [
    "a WAV cut before its samples",
    () => goodClip.slice(0, 44),
    { slug: "clip-truncated", status: 422 },
  ],
  [
    "a header from which no frame size follows",
    () => withoutSampleSize(),
    { slug: "clip-header-inconsistent", status: 422 },
  ],
  ["a NaN sample", () => withSample(Number.NaN), notFinite],
  ["an infinite sample", () => withSample(-Infinity), notFinite],
  [
    "399 samples",
    () => chirp(399),
    { slug: "clip-too-short", status: 422, detail: /400 samples|0\.025 s/ },
  ],
  [
    "a clip too long",
    () => silence(MAX_CLIP_SECONDS + 0.5, 8000),
    { slug: "clip-too-long", status: 413, detail: new RegExp(`${MAX_CLIP_SECONDS} s`) },
  ],
  [
    "a body too large",
    () => new Uint8Array(MAX_CLIP_BYTES + 1),
    { slug: "clip-too-large", status: 413, detail: new RegExp(`${MAX_CLIP_BYTES} bytes`) },
  ],
  [
    "a sample rate of 1 MHz",
    () => silence(0.01, 1_000_000),
    { slug: "sample-rate-unsupported", status: 422 },
  ],
  ["33 channels", () => silence(0.1, 16_000, 33), { slug: "channels-unsupported", status: 422 }],
];

describe("POST /v1/features refuses, and goes on working after", () => {
  test.each(cases)("%s", async (_, clip, refusal) => {
    await refusing.expectRefused(await post(refusing.service, "", clip()), refusal);
  });
});

/** A float WAV with one odd sample among good ones. */
function withSample(value: number): Uint8Array<ArrayBuffer> {
  const samples = Float32Array.from({ length: 800 }, (_, index) => Math.sin(index));
  samples[500] = value;
  return makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
}

/** The good clip with 0 bits per sample in its header. */
function withoutSampleSize(): Uint8Array<ArrayBuffer> {
  const clip = goodClip.slice();
  new DataView(clip.buffer).setUint16(34, 0, true);
  return clip;
}

function silence(seconds: number, sampleRateHz: number, channelCount = 1): Uint8Array<ArrayBuffer> {
  const channel = new Float32Array(seconds * sampleRateHz);
  const channels = Array.from({ length: channelCount }, () => channel);
  return makeWav({ sampleRateHz, channels, format: "s16" });
}
