/** Aligned tokens → text, words and their times. */
import type { HeadOf } from "../head.ts";
import type { AlignedToken } from "./align.ts";

/** What has a text and a time: a token, or a word of several. */
export interface TimedText {
  readonly text: string;
  /** Frames first … end − 1. */
  readonly first: number;
  readonly end: number;
  /** The geometric mean of its tokens' probabilities over their frames. */
  readonly confidence: number;
}

/** What was said. */
export interface Transcript {
  readonly text: string;
  /** Of all tokens together; null where there is no text. */
  readonly confidence: number | null;
  readonly words: readonly TimedText[];
  readonly tokens: readonly TimedText[];
}

type Alphabet = Pick<HeadOf<"ctc">, "tokens" | "wordDelimiter" | "silent">;

/** Spells tokens out; without a vocabulary each is its number, as `<7>`. */
export function transcribe(aligned: readonly AlignedToken[], alphabet: Alphabet): Transcript {
  const words: AlignedToken[][] = [[]];
  for (const token of aligned) {
    if (alphabet.silent.includes(token.token)) continue;
    if (token.token === alphabet.wordDelimiter) words.push([]);
    else words[words.length - 1].push(token);
  }
  const spoken = words.filter((tokens) => tokens.length > 0);
  const timed = spoken.map((tokens) => timedText(tokens, alphabet));
  return {
    text: timed.map(({ text }) => text).join(" "),
    confidence: spoken.length === 0 ? null : confidenceOf(spoken.flat()),
    words: timed,
    tokens: spoken.flat().map((token) => timedText([token], alphabet)),
  };
}

function timedText(tokens: readonly AlignedToken[], alphabet: Alphabet): TimedText {
  return {
    text: tokens.map(({ token }) => alphabet.tokens?.[token] ?? `<${token}>`).join(""),
    first: tokens[0].first,
    end: tokens[tokens.length - 1].end,
    confidence: confidenceOf(tokens),
  };
}

function confidenceOf(tokens: readonly AlignedToken[]): number {
  const frames = tokens.reduce((sum, { first, end }) => sum + end - first, 0);
  const logarithms = tokens.reduce(
    (sum, { first, end, meanLogProbability }) => sum + (end - first) * meanLogProbability,
    0,
  );
  return Math.exp(logarithms / frames);
}
