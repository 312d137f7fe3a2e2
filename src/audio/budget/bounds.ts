/** Bounds of a clip's header, checked before a sample is converted. */
import { UndertoneError } from "../../errors.ts";
import type { ClipDescription } from "../decoder.ts";

const MAX_CHANNELS = 32;
const LOWEST_SAMPLE_RATE_HZ = 4_000;
const HIGHEST_SAMPLE_RATE_HZ = 384_000;

/**
 * Checks what a decoder says of a clip.
 * @throws UndertoneError `channels-unsupported`, `sample-rate-unsupported`.
 */
export function requireDescribed({
  channels,
  sampleRateHz,
}: Pick<ClipDescription, "channels" | "sampleRateHz">): void {
  requireChannelCount(channels);
  requireSampleRate(sampleRateHz);
}

/**
 * Checks a channel count.
 * @throws UndertoneError `channels-unsupported` unless 1 to 32.
 */
export function requireChannelCount(channels: number): void {
  if (!(channels >= 1 && channels <= MAX_CHANNELS)) {
    throw new UndertoneError(
      "channels-unsupported",
      `The clip has ${channels} channels and 1 to ${MAX_CHANNELS} are read; mix it down before sending it.`,
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
