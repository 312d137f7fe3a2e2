/** Utterances of spoken-words' vocabulary in voices of espeak-ng and flite that its training left out, and in one that it knows. */
import { uniform } from "../../src/model/checkpoint/synthetic/random.ts";
import { fileFrom } from "../spoken-file.ts";

/** The words that the model was trained to spell. */
export const WORDS: readonly string[] =
  "zero one two three four five six seven eight nine yes no stop go up down left right on off".split(
    " ",
  );
const MOST_WORDS = 6;

const ACCENTS = ["en-gb", "en-us", "en-029", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd"];
/** Variants of espeak-ng's voices that were left out of training. */
const VARIANTS = ["m4", "m7", "f3", "f5"];

/** Whose voice it is: espeak-ng's and `rms` were left out of training, `slt` was in it. */
export const VOICE_GROUPS = ["espeak-ng", "flite rms", "flite slt"] as const;
export type VoiceGroup = (typeof VOICE_GROUPS)[number];

/** Something that is said. */
export interface Utterance {
  readonly text: string;
  readonly group: VoiceGroup;
  /** A WAV file. */
  readonly wav: Uint8Array<ArrayBuffer>;
}

/** `count` utterances of a group, the same each time. */
export function makeUtterances(group: VoiceGroup, count: number): Utterance[] {
  return Array.from({ length: count }, (_, index) => {
    const draw = drawer(`${group} ${index}`);
    const words = Array.from({ length: 1 + draw(MOST_WORDS) }, () => WORDS[draw(WORDS.length)]);
    const text = words.join(" ");
    return {
      text,
      group,
      wav: group === "espeak-ng" ? espeak(text, draw) : flite(text, group, draw),
    };
  });
}

/** Whole numbers below a bound, by a seed. */
type Draw = (bound: number) => number;

function drawer(seed: string): Draw {
  const values = uniform(seed, 64);
  let used = 0;
  return (bound) => Math.floor((((values[used++] as number) + 1) / 2) * bound);
}

function espeak(text: string, draw: Draw): Uint8Array<ArrayBuffer> {
  const voice = `${ACCENTS[draw(ACCENTS.length)]}+${VARIANTS[draw(VARIANTS.length)]}`;
  const [speed, pitch, gap] = [130 + draw(60), 35 + draw(30), draw(12)].map(String);
  return fileFrom("espeak-ng", (path) => [
    ...["-v", voice, "-s", speed as string, "-p", pitch as string, "-g", gap as string],
    ...["-w", path, text],
  ]);
}

function flite(text: string, group: VoiceGroup, draw: Draw): Uint8Array<ArrayBuffer> {
  const stretch = (0.9 + draw(40) / 100).toFixed(2);
  const voice = group.replace("flite ", "");
  return fileFrom("flite", (path) => [
    ...["-voice", voice, "--setf", `duration_stretch=${stretch}`],
    ...["-t", text, "-o", path],
  ]);
}
