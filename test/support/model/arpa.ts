/** Language models in ARPA's format, for tests: made of counts or at random. */
import fc from "fast-check";
import type { NgramModel, WordId } from "../../../src/model/heads/ctc/lm/ngrams.ts";

/** N-grams by their words, each with base-10 logarithms of its probability and its backoff. */
export type Entries = ReadonlyMap<
  string,
  readonly [log10Probability: number, log10Backoff: number]
>;

/** Writes entries as a file; backoffs of 0 are left out, as toolkits do. */
export function writeArpa(entries: Entries): string {
  const orders = [...entries.keys()].map((words) => words.split(" ").length);
  const sections = Array.from({ length: Math.max(...orders) }, (_, index) => {
    const own = [...entries].filter(([words]) => words.split(" ").length === index + 1);
    const lines = own.map(([words, [probability, backoff]]) =>
      [probability, words, ...(backoff === 0 ? [] : [backoff])].join("\t"),
    );
    return { order: index + 1, lines };
  });
  const head = sections.map(({ order, lines }) => `ngram ${order}=${lines.length}`);
  const body = sections.map(({ order, lines }) => `\\${order}-grams:\n${lines.join("\n")}\n`);
  return `\n\\data\\\n${head.join("\n")}\n\n${body.join("\n")}\n\\end\\\n`;
}

/** A word's place in a model's vocabulary; NaN if it is not there. */
export function idOf(model: NgramModel, word: string): WordId {
  const id = { "<s>": model.start, "</s>": model.end, "<unk>": model.unknown }[word];
  return id ?? model.words.get(word) ?? Number.NaN;
}

const logarithm = fc.integer({ min: -400, max: 0 }).map((value) => value / 100);

/** A model of some words in which every n-gram that is given has its beginnings too. */
export function entriesOf(words: readonly string[], order: number): fc.Arbitrary<Entries> {
  const entry = fc.tuple(logarithm, logarithm);
  const unigrams = fc
    .array(entry, { minLength: words.length, maxLength: words.length })
    .map((entries) => words.map((word, index) => [word, entries[index]] as const));
  const longer = Array.from({ length: order - 1 }, (_, index) =>
    fc.uniqueArray(
      fc.tuple(
        fc.array(fc.constantFrom(...words), { minLength: index + 2, maxLength: index + 2 }),
        entry,
      ),
      { selector: ([ngram]) => ngram.join(" "), maxLength: 5 },
    ),
  );
  return fc.tuple(unigrams, ...longer).map(([first, ...rest]) => {
    const entries = new Map<string, readonly [number, number]>();
    for (const [word, numbers] of first) entries.set(word, numbers as [number, number]);
    for (const ngrams of rest) {
      for (const [ngram, numbers] of ngrams) {
        for (let length = 2; length < ngram.length; length++) {
          const beginning = ngram.slice(0, length).join(" ");
          if (!entries.has(beginning)) entries.set(beginning, [-1, -0.5]);
        }
        entries.set(ngram.join(" "), numbers);
      }
    }
    return new Map([...entries].sort(([a], [b]) => a.split(" ").length - b.split(" ").length));
  });
}

/** The definition of backing off, word for word: p(w | h) if it is known, else b(h) · p(w | h without its first word). */
export function backedOff(entries: Entries, context: readonly string[], word: string): number {
  const known = entries.get([...context, word].join(" "));
  if (known !== undefined) return known[0];
  if (context.length === 0) return -Infinity;
  const backoff = entries.get(context.join(" "))?.[1] ?? 0;
  return backoff + backedOff(entries, context.slice(1), word);
}
