/** What a clip's header may say: the bounds every decoder checks before it converts a sample. */
import { UndertoneError } from "../errors.ts";
import type { ClipLimits } from "./clip.ts";

const MAX_CHANNELS = 32;
const LOWEST_SAMPLE_RATE_HZ = 4_000;
const HIGHEST_SAMPLE_RATE_HZ = 384_000;

/**
 * Checks a channel count.
 * @throws UndertoneError `channels-unsupported` above 32.
 */
export function requireChannelCount(channels: number): void {
  if (channels > MAX_CHANNELS) {
    throw new UndertoneError(
      "channels-unsupported",
      `The clip has ${channels} channels, at most ${MAX_CHANNELS} are read; mix it down before sending it.`,
      { channels, maxChannels: MAX_CHANNELS },
    );
  }
}

/**
 * Checks a sample rate.
 * @throws UndertoneError `sample-rate-unsupported` unless a whole number of Hz from 4 000 to 384 000.
 */
export function requireSampleRate(sampleRateHz: number): void {
  if (
    !Number.isInteger(sampleRateHz) ||
    sampleRateHz < LOWEST_SAMPLE_RATE_HZ ||
    sampleRateHz > HIGHEST_SAMPLE_RATE_HZ
  ) {
    throw new UndertoneError(
      "sample-rate-unsupported",
      `The clip's sample rate is ${sampleRateHz} Hz; send one between ${LOWEST_SAMPLE_RATE_HZ} and ${HIGHEST_SAMPLE_RATE_HZ} Hz.`,
      {
        sampleRateHz,
        lowestSampleRateHz: LOWEST_SAMPLE_RATE_HZ,
        highestSampleRateHz: HIGHEST_SAMPLE_RATE_HZ,
      },
    );
  }
}

/**
 * Checks a length.
 * @throws UndertoneError `clip-too-long` above `limits.maxClipSeconds`.
 */
export function requireClipLength(seconds: number, limits: ClipLimits): void {
  if (seconds > limits.maxClipSeconds) {
    throw new UndertoneError(
      "clip-too-long",
      `The clip is ${seconds.toFixed(2)} s long and at most ${limits.maxClipSeconds} s are taken; split it and send the parts.`,
      { seconds, maxClipSeconds: limits.maxClipSeconds },
    );
  }
}
