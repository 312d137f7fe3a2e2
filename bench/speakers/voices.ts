/** Voices of espeak-ng and flite, each of which says several sentences. */
import { fileFrom } from "../spoken-file.ts";

/** Those in which variants of espeak-ng are heard: `en-gb` has one voice whatever the variant. */
const ACCENTS = ["en-us", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd"];
const VARIANTS = ["m1", "m3", "m5", "m7", "f1", "f2", "f4", "f5"];
const FLITE = ["awb", "kal16", "rms", "slt"];

/** What is said: another sentence in each clip. */
const SENTENCES = [
  "The north wind and the sun were disputing which of them was the stronger.",
  "Please call Stella and ask her to bring these things with her from the store.",
  "When the sunlight strikes raindrops in the air they act as a prism.",
  "She had your dark suit in greasy wash water all the year.",
];

/** Somebody, and what they say, as WAV files. */
export interface SpokenVoice {
  readonly name: string;
  readonly clips: readonly Uint8Array<ArrayBuffer>[];
}

/** All voices, those of one accent and variant after the other. */
export function makeVoices(): SpokenVoice[] {
  const espeak = ACCENTS.flatMap((accent) =>
    VARIANTS.map((variant) => {
      const name = `${accent}+${variant}`;
      const clips = SENTENCES.map((text, index) =>
        fileFrom("espeak-ng", (path) => [
          "-v",
          name,
          "-s",
          String(140 + 10 * index),
          "-w",
          path,
          text,
        ]),
      );
      return { name, clips };
    }),
  );
  const flite = FLITE.map((name) => ({
    name,
    clips: SENTENCES.map((text) =>
      fileFrom("flite", (path) => ["-voice", name, "-t", text, "-o", path]),
    ),
  }));
  return [...espeak, ...flite];
}
