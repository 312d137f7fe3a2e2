/** Channels between speech and model: noise, telephone bands, lossy codecs. */

import { WHOLE_CLIP } from "../../src/audio/clip.ts";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";
import { prepareClip } from "../../src/audio/prepare.ts";
import { bellShaped } from "../../src/model/checkpoint/synthetic/random.ts";
import { outputOf } from "../../support/programs.ts";
import { type BenchFormat, encode } from "../decoders/formats.ts";

const LIMITS = { maxClipSeconds: 60, maxDecodedSeconds: 60 };
const CODECS = nodeCodecs();

/** A way to the model. */
export interface Channel {
  readonly name: string;
  /** An utterance's WAV file → the 16 kHz samples that the model gets; `seed` is of its noise. */
  samplesOf(wav: Uint8Array, seed: string): Promise<Float32Array>;
}

const MP3: BenchFormat = coded("MP3", "mp3", ["-c:a", "libmp3lame", "-b:a", "32k"]);
/** At a bit rate that can be heard. */
export const OPUS: BenchFormat = coded("Opus", "opus", ["-c:a", "libopus", "-b:a", "12k"]);
const AMR: BenchFormat = { ...coded("AMR", "amr-nb", ["-C", "7"]), isNarrowband: true };

/** Every row of the table. */
export const CHANNELS: readonly Channel[] = [
  { name: "clean", samplesOf: prepared },
  noisy(20),
  noisy(10),
  { name: "telephone band, 300 to 3400 Hz", samplesOf: (wav) => prepared(telephone(wav)) },
  through("MP3, 32 kbit/s", MP3),
  through("Opus, 12 kbit/s", OPUS),
  through("AMR-NB, 12.2 kbit/s", AMR),
];

/** White noise, `snrDb` below the utterance's mean power. */
export function noisy(snrDb: number): Channel {
  return {
    name: `white noise at ${snrDb} dB`,
    async samplesOf(wav, seed) {
      const samples = await prepared(wav);
      const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
      const amplitude = Math.sqrt(power / 10 ** (snrDb / 10));
      const noise = bellShaped(seed, samples.length);
      return samples.map((sample, index) => sample + amplitude * (noise[index] as number));
    },
  };
}

function through(name: string, format: BenchFormat): Channel {
  return { name, samplesOf: (wav) => prepared(encode(wav, format)) };
}

function coded(name: string, extension: string, options: readonly string[]): BenchFormat {
  return { name, extension, options, isLossy: true };
}

function telephone(wav: Uint8Array): Uint8Array {
  const format = ["-t", "wav", "-", "-t", "wavpcm", "-"];
  return outputOf("sox", ["-V1", "-R", ...format, "rate", "-v", "8000", "sinc", "300-3400"], wav);
}

async function prepared(clip: Uint8Array): Promise<Float32Array> {
  const options = { selection: WHOLE_CLIP, limits: LIMITS, codecs: CODECS };
  return (await prepareClip([clip], options)).samples;
}
