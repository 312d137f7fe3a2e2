/** Hot words: texts that have them are preferred, and no others are forbidden. */
import type { HeadOf } from "../head.ts";
import type { TokenGuide } from "./beam.ts";
import { type Beginning, wordTree } from "./word-tree.ts";

/** Words to prefer, and what each adds to the natural logarithm of a text's probability. */
export interface HotWords {
  readonly words: readonly string[];
  readonly weight: number;
}

/** The position of the current word in the tree of hot words, and the bonus of the words before. */
interface Heat {
  /** Null where the current word is none of them. */
  readonly beginning: Beginning | null;
  readonly letters: number;
  readonly earned: number;
}

/**
 * Gives a text the weight for each hot word. While one is being spelled it has its share by letters, of the shortest that it
 * may become, lest it falls out of the beam before it is whole.
 * @throws UndertoneError `invalid-option` if the vocabulary lacks a letter of a word, or does not consist of letters.
 */
export function hotWordsGuide({ words, weight }: HotWords, head: HeadOf<"ctc">): TokenGuide<Heat> {
  const { wordDelimiter, silent } = head;
  const root = wordTree(words, head, "hot_words");
  const earnedAtEnd = ({ beginning, earned }: Heat) =>
    earned + (beginning !== null && beginning.word !== null ? weight : 0);
  return {
    start: { beginning: root, letters: 0, earned: 0 },
    next(heat, token) {
      if (silent.includes(token)) return heat;
      if (token === wordDelimiter) {
        return { beginning: root, letters: 0, earned: earnedAtEnd(heat) };
      }
      const beginning = heat.beginning?.longer.get(token) ?? null;
      return { beginning, letters: heat.letters + 1, earned: heat.earned };
    },
    score({ beginning, letters, earned }) {
      if (beginning === null || letters === 0) return earned;
      return earned + weight * Math.min(1, letters / beginning.shortestWord);
    },
    endScore: earnedAtEnd,
    mostGain: weight,
  };
}
