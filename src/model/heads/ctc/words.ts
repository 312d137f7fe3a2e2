/** Aligned tokens → text, words and their times. */
import type { HeadOf, Spelling } from "../head.ts";
import type { AlignedToken } from "./align.ts";
import { tidySpaces } from "./tidy-spaces.ts";

/** A text with its time: a token, or a word of several. */
export interface TimedText {
  readonly text: string;
  /** Frames first … end − 1. */
  readonly first: number;
  readonly end: number;
  /** The geometric mean of its tokens' probabilities over their frames. */
  readonly confidence: number;
}

/** A transcript. */
export interface Transcript {
  readonly text: string;
  /** Of all tokens together; null where there is no text. */
  readonly confidence: number | null;
  readonly words: readonly TimedText[];
  readonly tokens: readonly TimedText[];
}

type Alphabet = Pick<HeadOf<"ctc">, "tokens" | "wordDelimiter" | "silent" | "spelling">;

/** Letters in words, with a space between them. */
const PLAIN: Spelling = {
  units: "letters",
  wordSeparator: " ",
  isLowerCase: false,
  hasTidySpaces: false,
};

/**
 * Spells tokens out as the `decode` of transformers' Wav2Vec2CTCTokenizer and Wav2Vec2PhonemeCTCTokenizer does; without a
 * vocabulary each is its number, as `<7>`.
 */
export function transcribe(aligned: readonly AlignedToken[], alphabet: Alphabet): Transcript {
  const { spelling = PLAIN, silent } = alphabet;
  const heard = aligned.filter(({ token }) => !silent.includes(token));
  const words =
    spelling.units === "phones" ? heard.map((token) => [token]) : split(heard, alphabet);
  const spoken = words.flat();
  return {
    text: textOf(heard, alphabet),
    confidence: spoken.length === 0 ? null : confidenceOf(spoken),
    words: words.map((tokens) => timedText(tokens, alphabet)),
    tokens: spoken.map((token) => timedText([token], alphabet)),
  };
}

/** Tokens between delimiters, of which there may be several in a row. */
function split(heard: readonly AlignedToken[], { wordDelimiter }: Alphabet): AlignedToken[][] {
  const words: AlignedToken[][] = [[]];
  for (const token of heard) {
    if (token.token === wordDelimiter) words.push([]);
    else words[words.length - 1].push(token);
  }
  return words.filter((tokens) => tokens.length > 0);
}

/** The whole text; delimiters that follow each other leave a separator each, as in transformers. */
function textOf(heard: readonly AlignedToken[], alphabet: Alphabet): string {
  const { spelling = PLAIN, wordDelimiter } = alphabet;
  const { units, wordSeparator, isLowerCase, hasTidySpaces } = spelling;
  const pieces = heard.map(({ token }) =>
    token === wordDelimiter ? wordSeparator : spell(token, alphabet),
  );
  const text = pieces.join(units === "phones" ? wordSeparator : "").trim();
  const cased = isLowerCase ? text.toLowerCase() : text;
  return hasTidySpaces ? tidySpaces(cased) : cased;
}

function timedText(tokens: readonly AlignedToken[], alphabet: Alphabet): TimedText {
  const text = tokens.map(({ token }) => spell(token, alphabet)).join("");
  return {
    text: alphabet.spelling?.isLowerCase ? text.toLowerCase() : text,
    first: tokens[0].first,
    end: tokens[tokens.length - 1].end,
    confidence: confidenceOf(tokens),
  };
}

function spell(token: number, { tokens }: Alphabet): string {
  return tokens?.[token] ?? `<${token}>`;
}

function confidenceOf(tokens: readonly AlignedToken[]): number {
  const frames = tokens.reduce((sum, { first, end }) => sum + end - first, 0);
  const logarithms = tokens.reduce(
    (sum, { first, end, meanLogProbability }) => sum + (end - first) * meanLogProbability,
    0,
  );
  return Math.exp(logarithms / frames);
}
