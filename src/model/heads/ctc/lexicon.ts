/** Word lists: transcripts in which every word is one of a list. */
import { UndertoneError } from "../../../errors.ts";
import type { HeadOf } from "../head.ts";
import type { TokenConstraint } from "./beam.ts";

/** A beginning of words: a node of the tree of all words, by their tokens. */
interface Beginning {
  readonly longer: Map<number, Beginning>;
  isWord: boolean;
}

/** The beginning of the current word, and whether a word stands before it. */
interface Place {
  readonly beginning: Beginning;
  readonly isFirstWord: boolean;
}

/**
 * Allows words of a list, with one delimiter between them. Case is ignored where the vocabulary has a letter in one case only.
 * @throws UndertoneError `invalid-option` if the vocabulary lacks a letter of a word, or does not consist of letters.
 */
export function lexiconConstraint(
  words: readonly string[],
  head: HeadOf<"ctc">,
): TokenConstraint<Place> {
  const { wordDelimiter } = head;
  const tokenOf = letterTokens(head);
  const root: Beginning = { longer: new Map(), isWord: false };
  for (const word of words) addWord(root, word, tokenOf);
  return {
    start: { beginning: root, isFirstWord: true },
    next({ beginning, isFirstWord }, token) {
      if (token === wordDelimiter) {
        return beginning.isWord ? { beginning: root, isFirstWord: false } : null;
      }
      const longer = beginning.longer.get(token);
      return longer === undefined ? null : { beginning: longer, isFirstWord };
    },
    isEnd: ({ beginning, isFirstWord }) => beginning.isWord || (beginning === root && isFirstWord),
  };
}

function addWord(root: Beginning, word: string, tokenOf: (letter: string) => number | null): void {
  let at = root;
  for (const letter of word) {
    const token = tokenOf(letter);
    if (token === null) throw unknownLetter(word, letter);
    let longer = at.longer.get(token);
    if (longer === undefined) {
      longer = { longer: new Map(), isWord: false };
      at.longer.set(token, longer);
    }
    at = longer;
  }
  at.isWord = true;
}

/** Finds the token of a letter; null if the vocabulary has none. */
function letterTokens({ tokens, spelling, silent, blank }: HeadOf<"ctc">) {
  if (tokens === null || spelling?.units === "phones") throw noLetters();
  const known = new Map<string, number>();
  for (const [token, text] of tokens.entries()) {
    const isLetter = [...text].length === 1 && token !== blank && !silent.includes(token);
    if (isLetter && !known.has(text)) known.set(text, token);
  }
  return (letter: string): number | null =>
    known.get(letter) ?? known.get(letter.toUpperCase()) ?? known.get(letter.toLowerCase()) ?? null;
}

function unknownLetter(word: string, letter: string): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `Option \`lexicon\` has the word '${word}', whose letter '${letter}' the model's vocabulary lacks: leave it out, or spell it with the model's letters.`,
    { option: "lexicon", word, letter },
  );
}

function noLetters(): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    "Option `lexicon` needs a model whose vocabulary is letters: leave it out for this one.",
    { option: "lexicon" },
  );
}
