/** What is heard in odd clips of PCM: the same speech at any rate, in any number of channels. */

import {
  makeWav,
  type WavContent,
  type WavSampleFormat,
} from "../../../../support/clips/make-wav.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";

/** A rate, channels and a sample format, as `44.1 kHz s16 × 2` names them. */
export interface Sound {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly format: WavSampleFormat;
}

const WAV_HEADER_BYTES = 44;
/** Before that it is silent. */
const SPEECH_START = 3_000;
const SECONDS = 0.3;

/** A few of all that there are. */
export const SOUNDS = {
  voice: { sampleRateHz: 16_000, channels: 1, format: "s16" },
  telephone: { sampleRateHz: 8_000, channels: 1, format: "u8" },
  stereo: { sampleRateHz: 44_100, channels: 2, format: "s16" },
  studio: { sampleRateHz: 48_000, channels: 2, format: "s24" },
  browser: { sampleRateHz: 48_000, channels: 1, format: "f32" },
  surround: { sampleRateHz: 48_000, channels: 6, format: "s16" },
  lowest: { sampleRateHz: 4_000, channels: 1, format: "s16" },
  highest: { sampleRateHz: 384_000, channels: 1, format: "s24" },
  archive: { sampleRateHz: 96_000, channels: 2, format: "s32" },
} as const satisfies Readonly<Record<string, Sound>>;

/** What a sound is called in the name of a clip. */
export function nameOf({ sampleRateHz, channels, format }: Sound): string {
  return `${sampleRateHz / 1_000} kHz ${format} × ${channels}`;
}

/** How long a sound is, in frames. */
export function framesOf({ sampleRateHz }: Sound): number {
  return Math.round(SECONDS * sampleRateHz);
}

/** How long a sound is, to the frame. */
export function secondsOf(sound: Sound): number {
  return framesOf(sound) / sound.sampleRateHz;
}

/** Its samples: speech, the higher the rate the higher its voice, softer in each channel. */
export function contentOf(sound: Sound): WavContent {
  const speech = new Int16Array(readClip("spoken-16000.wav").slice(WAV_HEADER_BYTES).buffer);
  const frames = framesOf(sound);
  const channels = Array.from({ length: sound.channels }, (_, channel) =>
    Float32Array.from(
      { length: frames },
      (_, frame) =>
        ((speech[(SPEECH_START + frame) % speech.length] as number) / 2 ** 15) *
        (0.77 / (channel + 1)),
    ),
  );
  return { ...sound, channels };
}

/** The sound as a WAV file of 44 bytes and the samples, with nothing odd about it. */
export function cleanWav(sound: Sound): Uint8Array<ArrayBuffer> {
  return makeWav(contentOf(sound));
}

/** ffmpeg's names. */
export const CODECS: Readonly<Record<WavSampleFormat, string>> = {
  u8: "pcm_u8",
  s16: "pcm_s16le",
  s24: "pcm_s24le",
  s32: "pcm_s32le",
  f32: "pcm_f32le",
  f64: "pcm_f64le",
};

/** What makes an odd clip of a sound different from others: `container` and `extension` are those of WAV, `codec` the sound's. */
type Oddness = Pick<FieldClip, "make"> &
  Partial<Pick<FieldClip, "extension" | "container" | "codec" | "clean" | "warnings">>;

/** An odd clip of a sound, every sample of which is that of the clean file. */
export function soundClip(what: string, sound: Sound, oddness: Oddness): FieldClip {
  const { container = "wav" } = oddness;
  return {
    name: `${container}: ${what}, ${nameOf(sound)}`,
    extension: container,
    clean: async () => cleanWav(sound),
    container,
    codec: CODECS[sound.format],
    sampleRateHz: sound.sampleRateHz,
    channels: sound.channels,
    seconds: secondsOf(sound),
    toleranceSeconds: 0,
    warnings: [],
    ...oddness,
  };
}
