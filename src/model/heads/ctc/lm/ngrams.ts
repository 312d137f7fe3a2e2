/** N-gram language models: how probable a word is after others, by Katz's backing off as ARPA files have it. */

/** A word by its place in the vocabulary. */
export type WordId = number;

/** An n-gram that the model knows; those it is a beginning of lie below it. */
export interface Ngram {
  /** Base-10 logarithm of the last word's probability after the words before it; NaN where only longer n-grams are known. */
  log10Probability: number;
  /** Added where no longer n-gram is known; base 10. */
  log10Backoff: number;
  longer: Map<WordId, Ngram> | null;
}

/** A language model. */
export interface NgramModel {
  /** The most words of an n-gram. */
  readonly order: number;
  /** The number of n-grams of all orders. */
  readonly size: number;
  /** The words that texts may have: without `<s>`, `</s>` and `<unk>`. */
  readonly words: ReadonlyMap<string, WordId>;
  readonly start: WordId | null;
  readonly end: WordId | null;
  readonly unknown: WordId | null;
  /** The n-gram of no words, above all others. */
  readonly root: Ngram;
}

/** The last words of a text, oldest first, as far as the model looks back. */
export type Context = readonly WordId[];

/** The context at the beginning of a text. */
export function startContext({ start, order }: NgramModel): Context {
  return start === null || order === 1 ? [] : [start];
}

/** The context after one word more. */
export function extendContext(context: Context, word: WordId, { order }: NgramModel): Context {
  return order === 1 ? [] : [...context, word].slice(1 - order);
}

/**
 * Base-10 logarithm of the probability of a word after a context: that of the longest n-gram which the model knows, and the
 * backoffs of the contexts that were too long (Katz 1987). −∞ for a word without any n-gram.
 */
export function log10ProbabilityOf(model: NgramModel, context: Context, word: WordId): number {
  let backoff = 0;
  for (let skipped = 0; skipped <= context.length; skipped++) {
    const before = find(model.root, context.slice(skipped));
    const found = before?.longer?.get(word);
    if (found !== undefined && !Number.isNaN(found.log10Probability)) {
      return backoff + found.log10Probability;
    }
    backoff += before?.log10Backoff ?? 0;
  }
  return -Infinity;
}

function find(root: Ngram, words: Context): Ngram | undefined {
  let at: Ngram | undefined = root;
  for (const word of words) at = at?.longer?.get(word);
  return at;
}
