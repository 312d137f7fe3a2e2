import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { wordErrors } from "../../src/model/accuracy/word-error.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import { CLEAR_CLIPS, readSpokenClip, SPOKEN_CLIPS } from "../../support/packs/spoken-words.ts";
import { prepare } from "../support/clips/prepared.ts";
import { isMissing } from "./ask.ts";
import {
  type Options,
  TRANSCRIBING_DOORS,
  type TranscribingDoor,
  type Transcript,
} from "./transcribing.ts";

/** Other tests may be busy on the same machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const SAMPLE_RATE_HZ = 16_000;
const PAUSE_SECONDS = 0.2;
/** The model was trained on utterances of up to six words; of a recording of 48 it misspells some. */
const LONG_CLIP_WORD_ERROR_RATE = 0.2;
/** Root mean square, of full scale 1. */
const LOUDNESS = 0.1;
/** Three frames. */
const TIME_TOLERANCE_SECONDS = 0.06;
/** A third of a second of float samples, which is no whole number of them. */
const PIECE_BYTES = 21_333;

/** Clips with pauses between them, as one recording, and where each begins in it. */
async function joined(files: readonly string[]) {
  const pause = new Float32Array(PAUSE_SECONDS * SAMPLE_RATE_HZ);
  const parts: Float32Array[] = [];
  const startsSeconds: number[] = [];
  let length = 0;
  for (const file of files) {
    const { samples } = await prepare(await readSpokenClip(file));
    startsSeconds.push(length / SAMPLE_RATE_HZ);
    parts.push(evenly(samples), pause);
    length += samples.length + pause.length;
  }
  const whole = new Float32Array(length);
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  const clip = makeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [whole], format: "f32" });
  return { clip, startsSeconds };
}

/** At one loudness: the model normalises a recording as a whole. */
function evenly(samples: Float32Array): Float32Array {
  const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
  return samples.map((sample) => (sample * LOUDNESS) / Math.sqrt(power));
}

describe.each(TRANSCRIBING_DOORS)("through $name", ({ open, missing = null }) => {
  const isSkipped = isMissing({ missing });
  let door: TranscribingDoor;
  let transcripts: Map<string, Transcript>;
  beforeEach(({ skip }) => {
    if (isSkipped) skip(missing ?? "");
  });
  beforeAll(async () => {
    if (isSkipped) return;
    door = await open();
    const files = SPOKEN_CLIPS.map(({ file }) => file);
    const written = await door.transcribe(await Promise.all(files.map(readSpokenClip)));
    transcripts = new Map(files.map((file, index) => [file, written[index] as Transcript]));
  });
  afterAll(() => door?.close());

  test.each(CLEAR_CLIPS)("$voice's words are written as they were said: $text", (clip) => {
    const { text, words } = transcripts.get(clip.file) as Transcript;
    expect(text.toLowerCase()).toBe(clip.text);
    expect(words.map((word) => word.text).join(" ")).toBe(text);
  });

  test("a recording of many clips has the words of all of them, each in its place", async () => {
    const clips = CLEAR_CLIPS.filter(({ voice }) => voice.startsWith("en-"));
    const { clip, startsSeconds } = await joined(clips.map(({ file }) => file));
    const [said] = await door.transcribe([clip]);
    const { errors, words } = wordErrors(clips.map(({ text }) => text).join(" "), said?.text ?? "");
    expect(errors / words).toBeLessThanOrEqual(LONG_CLIP_WORD_ERROR_RATE);
    expect(said?.words).toHaveLength(words);
    const expected = clips.flatMap(({ file }, index) =>
      (transcripts.get(file)?.words ?? []).map(({ start }) => start + (startsSeconds[index] ?? 0)),
    );
    for (const [index, { start }] of (said?.words ?? []).entries()) {
      const difference = Math.abs(start - (expected[index] ?? Number.NaN));
      expect(difference).toBeLessThanOrEqual(TIME_TOLERANCE_SECONDS);
    }
  });

  test("a recording that arrives in pieces, with pauses in it and between them, has the same words", async () => {
    const clips = CLEAR_CLIPS.filter(({ voice }) => voice.startsWith("en-")).slice(0, 3);
    const { clip } = await joined(clips.map(({ file }) => file));
    const [whole] = await door.transcribe([clip]);
    const pieces = Array.from({ length: Math.ceil(clip.length / PIECE_BYTES) }, (_, index) =>
      clip.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
    );
    const { text, words } = await door.transcribeArriving(pieces);
    expect(text.toLowerCase()).toBe(clips.map((one) => one.text).join(" "));
    expect({ text, words }).toEqual({ text: whole?.text, words: whole?.words });
  });

  test.each<Options>([
    { lm: "true" },
    { hot_words: "zero,one,two,three,four,five,six,seven,eight,nine,left,right,on,off,go" },
  ])(
    "fewer words of a voice that the model does not know are misspelled by %j",
    async (options) => {
      const clips = SPOKEN_CLIPS.filter(({ voice }) => voice === "rms");
      const bytes = await Promise.all(clips.map(({ file }) => readSpokenClip(file)));
      const errorsOf = (said: readonly Transcript[]) =>
        clips.reduce((sum, { text }, at) => sum + wordErrors(text, said[at]?.text ?? "").errors, 0);
      const greedy = errorsOf(clips.map(({ file }) => transcripts.get(file) as Transcript));
      expect(errorsOf(await door.transcribe(bytes, options))).toBeLessThan(greedy);
    },
  );

  test("silence has no words", async () => {
    const silence = new Float32Array(2 * SAMPLE_RATE_HZ);
    const clip = makeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [silence], format: "s16" });
    const [said] = await door.transcribe([clip]);
    expect(said).toMatchObject({ text: "", words: [] });
  });
});
