/** Language models in the beam: texts of probable words are preferred (shallow fusion). */
import { UndertoneError } from "../../../../errors.ts";
import type { HeadOf } from "../../head.ts";
import type { TokenGuide } from "../beam.ts";
import { addWord, type Beginning, emptyTree, letterTokens } from "../word-tree.ts";
import {
  type Context,
  extendContext,
  log10ProbabilityOf,
  type NgramModel,
  startContext,
  type WordId,
} from "./ngrams.ts";

/** A model, and its words in the tokens of a head. */
export interface SpelledModel {
  readonly model: NgramModel;
  readonly tree: Beginning;
}

/** A model, and how much it counts beside what is heard. */
export interface WeightedModel extends SpelledModel {
  /** By which the logarithms of its probabilities are multiplied. */
  readonly weight: number;
}

/** Of a word that the model does not know, where it has no n-gram `<unk>` that says so; base 10. */
const UNKNOWN_LOG10 = -7;

/** The words so far, and the current one. */
interface Spoken {
  readonly context: Context;
  /** Of the current word; null where it is none that the model knows. */
  readonly beginning: Beginning | null;
  readonly letters: number;
  /** The model's logarithm of the words before, weighted. */
  readonly said: number;
}

/**
 * Finds the tokens of a model's words; the few that the vocabulary cannot spell are left out.
 * @throws UndertoneError `invalid-option` for `lm` if the vocabulary does not consist of letters with a delimiter, or can
 *   spell fewer than half of the words: the model is of another language or alphabet.
 */
export function spellModel(model: NgramModel, head: HeadOf<"ctc">): SpelledModel {
  const { words } = model;
  const tokenOf = letterTokens(head, "lm");
  if (head.wordDelimiter === null) throw noDelimiter();
  const tree = emptyTree();
  const unspelled = [...words.keys()].filter((word) => addWord(tree, word, tokenOf) !== null);
  if (2 * unspelled.length > words.size) throw otherVocabulary(unspelled, words.size);
  return { model, tree };
}

/**
 * Multiplies the probability of a text by the model's to the power of the weight. A word counts once it is over; one that the
 * model does not know counts from its first letter that leads to no known one.
 * @param weighted of a model that `spellModel` spelled for the same head
 */
export function languageModelGuide(
  { model, tree, weight }: WeightedModel,
  { wordDelimiter, silent }: Pick<HeadOf<"ctc">, "wordDelimiter" | "silent">,
): TokenGuide<Spoken> {
  const scale = weight * Math.LN10;
  const scoreOf = (context: Context, word: WordId | null) => {
    const found = word === null ? -Infinity : log10ProbabilityOf(model, context, word);
    return scale * Math.min(0, Math.max(found, UNKNOWN_LOG10));
  };
  const unknownScore = (context: Context) => scoreOf(context, model.unknown);
  const wordOf = ({ beginning }: Spoken): WordId | null =>
    beginning?.word == null ? model.unknown : (model.words.get(beginning.word) ?? model.unknown);

  /** The current word is over, if there is one. */
  const finishWord = (spoken: Spoken): Spoken => {
    if (spoken.letters === 0) return spoken;
    const { context } = spoken;
    const word = wordOf(spoken);
    return {
      context: word === null ? [] : extendContext(context, word, model),
      beginning: tree,
      letters: 0,
      said: spoken.said + scoreOf(context, word),
    };
  };

  return {
    start: { context: startContext(model), beginning: tree, letters: 0, said: 0 },
    next(spoken, token) {
      if (silent.includes(token)) return spoken;
      if (token === wordDelimiter) return finishWord(spoken);
      const beginning = spoken.beginning?.longer.get(token) ?? null;
      return { ...spoken, beginning, letters: spoken.letters + 1 };
    },
    score: ({ beginning, context, said }) =>
      beginning === null ? said + unknownScore(context) : said,
    // Probabilities are below 1.
    mostGain: 0,
    endScore(spoken) {
      const { context, said } = finishWord(spoken);
      return model.end === null ? said : said + scoreOf(context, model.end);
    },
  };
}

function otherVocabulary(unspelled: readonly string[], words: number): UndertoneError {
  const examples = unspelled.slice(0, 3).map((word) => `'${word}'`);
  return new UndertoneError(
    "invalid-option",
    `The language model is of another vocabulary: ${unspelled.length} of its ${words} words, such as ${examples.join(", ")}, have letters that the model's vocabulary lacks. Make one of texts that are spelled as the model spells.`,
    { option: "lm", words, unspelled: unspelled.length },
  );
}

function noDelimiter(): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    "A language model needs a model whose vocabulary has a token between words: leave it out for this one.",
    { option: "lm" },
  );
}
