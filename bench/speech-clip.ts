/** The clips that are measured with: speech-like, and the same samples on every machine but for the last bits. */
import { speechLikeSamples } from "../src/model/build/calibration/speech-like.ts";
import { makeWav } from "../support/clips/make-wav.ts";

/** One clip in the two forms it is sent in. */
export interface Clip {
  readonly seconds: number;
  /** Mono, 16 kHz, full scale ±1. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** The same as a 16-bit WAV file. */
  readonly wav: Uint8Array<ArrayBuffer>;
}

/** A clip of `seconds`. */
export function speechLikeClip(seconds: number): Clip {
  const samples = speechLikeSamples(seconds);
  const wav = makeWav({ sampleRateHz: 16_000, channels: [samples], format: "s16" });
  return { seconds, samples, wav };
}
