/** Words as segments of a length that can be read as subtitles. */

/** A word and its time in seconds. */
export interface TimedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A segment has at least one word. */
export type WordSegment<Word extends TimedWord> = readonly [Word, ...Word[]];

/** A pause in which a sentence may have ended. */
const PAUSE_SECONDS = 0.7;
/** Two lines of 42 characters, for seven seconds: Netflix's Timed Text Style Guide, English. */
export const LINE_CHARACTERS = 42;
const MAX_CHARACTERS = 2 * LINE_CHARACTERS;
const MAX_SECONDS = 7;

/** Words as one text, from the beginning of the first to the end of the last. */
export function spanOf(words: WordSegment<TimedWord>): TimedWord {
  const [first] = words;
  const { end } = words.at(-1) ?? first;
  return { text: words.map(({ text }) => text).join(" "), start: first.start, end };
}

/** Words in order of time as the texts of subtitles. */
export function cuesOf(words: readonly TimedWord[]): TimedWord[] {
  return segmentWords(words).map(spanOf);
}

/** Divides words, in order of time, at pauses and where a segment would be too long to read. */
export function segmentWords<Word extends TimedWord>(words: readonly Word[]): WordSegment<Word>[] {
  const segments: [Word, ...Word[]][] = [];
  let characters = 0;
  for (const word of words) {
    const segment = segments.at(-1);
    const last = segment?.at(-1);
    const fits =
      last !== undefined &&
      word.start - last.end < PAUSE_SECONDS &&
      word.end - (segment?.[0].start ?? 0) <= MAX_SECONDS &&
      characters + 1 + word.text.length <= MAX_CHARACTERS;
    if (fits) segment?.push(word);
    else segments.push([word]);
    characters = fits ? characters + 1 + word.text.length : word.text.length;
  }
  return segments;
}
