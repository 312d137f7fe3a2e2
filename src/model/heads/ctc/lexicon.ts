/** Word lists: transcripts in which every word is one of a list. */
import type { HeadOf } from "../head.ts";
import type { TokenGuide } from "./beam.ts";
import { type Beginning, wordTree } from "./word-tree.ts";

/** The beginning of the current word, and whether a word stands before it. */
interface Place {
  readonly beginning: Beginning;
  readonly isFirstWord: boolean;
}

/**
 * Allows words of a list, with one delimiter between them.
 * @throws UndertoneError `invalid-option` if the vocabulary lacks a letter of a word, or does not consist of letters.
 */
export function lexiconGuide(words: readonly string[], head: HeadOf<"ctc">): TokenGuide<Place> {
  const { wordDelimiter } = head;
  const root = wordTree(words, head, "lexicon");
  return {
    start: { beginning: root, isFirstWord: true },
    next({ beginning, isFirstWord }, token) {
      if (token === wordDelimiter) {
        return beginning.word === null ? null : { beginning: root, isFirstWord: false };
      }
      const longer = beginning.longer.get(token);
      return longer === undefined ? null : { beginning: longer, isFirstWord };
    },
    score: () => 0,
    mostGain: 0,
    endScore: ({ beginning, isFirstWord }) =>
      beginning.word !== null || (beginning === root && isFirstWord) ? 0 : null,
  };
}
