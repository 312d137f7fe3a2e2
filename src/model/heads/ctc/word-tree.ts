/** Words as paths of a vocabulary's tokens, letter by letter. */
import { UndertoneError } from "../../../errors.ts";
import type { HeadOf } from "../head.ts";

/** A beginning of words: a node of their tree. */
export interface Beginning {
  readonly longer: Map<number, Beginning>;
  /** The letters of the shortest word below, itself included; Infinity while there is none. */
  shortestWord: number;
  /** The word that ends here; null if none does. */
  word: string | null;
}

/** The root of a tree without words. */
export function emptyTree(): Beginning {
  return { longer: new Map(), shortestWord: Number.POSITIVE_INFINITY, word: null };
}

/** Finds the token of a letter; null if the vocabulary has none. */
export type TokenOfLetter = (letter: string) => number | null;

/**
 * Finds the tokens of letters. Case is ignored where the vocabulary has a letter in one case only.
 * @param option the one that needs them, for the error
 * @throws UndertoneError `invalid-option` if the vocabulary does not consist of letters.
 */
export function letterTokens(head: HeadOf<"ctc">, option: string): TokenOfLetter {
  const { tokens, spelling, silent, blank } = head;
  if (tokens === null || spelling?.units === "phones") throw noLetters(option);
  const known = new Map<string, number>();
  for (const [token, text] of tokens.entries()) {
    const isLetter = [...text].length === 1 && token !== blank && !silent.includes(token);
    if (isLetter && !known.has(text)) known.set(text, token);
  }
  return (letter) =>
    known.get(letter) ?? known.get(letter.toUpperCase()) ?? known.get(letter.toLowerCase()) ?? null;
}

/** Adds a word; gives the letter that the vocabulary lacks, or null once the word is in the tree. */
export function addWord(root: Beginning, word: string, tokenOf: TokenOfLetter): string | null {
  const letters = [...word];
  const missing = letters.find((letter) => tokenOf(letter) === null);
  if (missing !== undefined) return missing;
  let at = root;
  for (const letter of letters) {
    const token = tokenOf(letter) as number;
    at.shortestWord = Math.min(at.shortestWord, letters.length);
    let longer = at.longer.get(token);
    if (longer === undefined) {
      longer = emptyTree();
      at.longer.set(token, longer);
    }
    at = longer;
  }
  at.shortestWord = Math.min(at.shortestWord, letters.length);
  // Words that differ in case alone are spelled alike: the first one stands for both.
  at.word ??= word;
  return null;
}

/**
 * The tree of words that have to be spelled.
 * @throws UndertoneError `invalid-option` if the vocabulary lacks a letter of a word, or does not consist of letters.
 */
export function wordTree(words: readonly string[], head: HeadOf<"ctc">, option: string): Beginning {
  const tokenOf = letterTokens(head, option);
  const root = emptyTree();
  for (const word of words) {
    const missing = addWord(root, word, tokenOf);
    if (missing !== null) throw unknownLetter(option, word, missing);
  }
  return root;
}

function unknownLetter(option: string, word: string, letter: string): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `Option \`${option}\` has the word '${word}', whose letter '${letter}' the model's vocabulary lacks: leave it out, or spell it with the model's letters.`,
    { option, word, letter },
  );
}

function noLetters(option: string): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `Option \`${option}\` needs a model whose vocabulary is letters: leave it out for this one.`,
    { option },
  );
}
