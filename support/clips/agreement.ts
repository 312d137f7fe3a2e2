/** Assertions about a decoded clip, in any runtime. */
import { expect } from "vitest";
import { resample } from "../../src/audio/resample/resample.ts";
import type { Decoded } from "../decoding/decode-all.ts";
import type { ClipFixture } from "../decoding/fixture-list.ts";
import { readClip } from "../decoding/fixtures.ts";
import { levelDb } from "./tones.ts";

const ALIGNMENT_HZ = 16_000;
/** Filters of speech codecs shift the sound by as much. */
const MAX_MISALIGNMENT_SAMPLES = 1.5;
/** Further than any codec's priming. */
const SEARCHED_SAMPLES = 1_200;
const WAV_HEADER_BYTES = 44;

/** The clip's headers are told as they are, and it has as many samples as it should. */
export function expectDescribed(
  clip: ClipFixture,
  { description, channels, damaged }: Decoded,
): void {
  const { container, codec, sampleRateHz, channels: channelCount, bitsPerSample } = clip;
  const expected = { container, codec, sampleRateHz, channels: channelCount, bitsPerSample };
  expect(description).toEqual(expected);
  expect(channels.map(({ length }) => length)).toEqual(Array(channelCount).fill(clip.samples));
  expect(damaged).toBe(false);
}

/** Each channel is the reference decoder's. */
export function expectAgreement(
  clip: ClipFixture,
  { channels }: Decoded,
  reference: readonly Float32Array[],
): void {
  const { minSnrDb } = clip;
  for (const [index, actual] of channels.entries()) {
    const expected = withoutSurplus(reference[index] as Float32Array, clip);
    expect(expected.length).toBeGreaterThanOrEqual(actual.length);
    const heard = expected.subarray(0, actual.length);
    if (minSnrDb === Infinity) expect(firstDifference(actual, heard), `channel ${index}`).toBe(-1);
    else expect(snrDb(actual, heard), `channel ${index}, dB`).toBeGreaterThanOrEqual(minSnrDb);
  }
}

/** The first channel begins with the encoded sound at the sample where it should. */
export function expectAligned(clip: ClipFixture, { channels }: Decoded): void {
  if (clip.leadSamples === null) return;
  const actual = resample(channels[0] as Float32Array, clip.sampleRateHz);
  const expected = (clip.leadSamples * ALIGNMENT_HZ) / clip.sampleRateHz;
  const lag = bestLag(actual, spokenSamples());
  expect(Math.abs(lag - expected), `${lag} samples late`).toBeLessThan(MAX_MISALIGNMENT_SAMPLES);
}

/** Samples of the reference decoder, without padding. */
function withoutSurplus(
  samples: Float32Array,
  { referenceLeadSamples, referenceGap: [at, surplus] = [0, 0] }: ClipFixture,
): Float32Array {
  const rest = samples.subarray(referenceLeadSamples);
  return Float32Array.from([...rest.subarray(0, at), ...rest.subarray(at + surplus)]);
}

/** Signal-to-error ratio against `expected`. */
export function snrDb(actual: Float32Array, expected: Float32Array): number {
  const error = expected.map((sample, index) => sample - (actual[index] as number));
  return levelDb(expected) - levelDb(error);
}

function firstDifference(a: Float32Array, b: Float32Array): number {
  return a.findIndex((sample, index) => sample !== b[index]);
}

/** Delay of `spoken` in `samples`, in samples: the maximum of their cross-correlation. */
function bestLag(samples: Float32Array, spoken: Float32Array): number {
  const lags = Array.from({ length: 2 * SEARCHED_SAMPLES + 1 }, (_, i) => i - SEARCHED_SAMPLES);
  const products = lags.map((lag) => {
    let sum = 0;
    const end = Math.min(spoken.length, samples.length - lag);
    for (let at = Math.max(0, -lag); at < end; at++) {
      sum += (spoken[at] as number) * (samples[at + lag] as number);
    }
    return sum;
  });
  return lags[products.indexOf(Math.max(...products))] as number;
}

/** The signal encoded into the first channel of every clip, at 16 kHz. */
function spokenSamples(): Float32Array {
  const bytes = readClip("spoken-16000.wav").subarray(WAV_HEADER_BYTES);
  return Float32Array.from(new Int16Array(bytes.slice().buffer), (sample) => sample / 0x8000);
}
