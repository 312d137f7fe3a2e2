import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UndertoneError } from "../../../../../src/errors.ts";
import { MAX_ARPA_BYTES, parseArpa } from "../../../../../src/model/heads/ctc/lm/arpa.ts";
import {
  log10ProbabilityOf,
  type NgramModel,
} from "../../../../../src/model/heads/ctc/lm/ngrams.ts";
import { backedOff, entriesOf, idOf, writeArpa } from "../../../../support/model/arpa.ts";

const WORDS = ["<s>", "</s>", "a", "b"];

const parse = (text: string) => parseArpa(new TextEncoder().encode(text));

/** SRILM's manual has this form: probabilities of a text of "a b" by hand. */
const SMALL = `
\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-0.5\t<s>\t-0.3
-1.0 </s>
-0.7 a -0.2
-0.9 b -0.1

\\2-grams:
-0.4 <s> a
-0.25 a b

\\end\\
`;

describe("an ARPA file", () => {
  test("gives the probabilities that stand in it, and backs off for the others", async () => {
    const model = await parse(SMALL);
    expect(model).toMatchObject({ order: 2, size: 6, unknown: null });
    expect([...model.words.keys()]).toEqual(["a", "b"]);
    const log10 = (before: string, word: string) =>
      log10ProbabilityOf(model, [idOf(model, before)], idOf(model, word));
    expect(log10("<s>", "a")).toBe(-0.4);
    expect(log10("a", "b")).toBe(-0.25);
    expect(log10("<s>", "b")).toBeCloseTo(-0.3 - 0.9, 12);
    expect(log10("b", "</s>")).toBeCloseTo(-0.1 - 1, 12);
  });

  test("of any n-grams is what the definition of backing off says of it", async () => {
    const contexts = fc.array(fc.constantFrom(...WORDS), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(
        entriesOf(WORDS, 3),
        contexts,
        fc.constantFrom(...WORDS),
        async (entries, context, word) => {
          const model = await parse(writeArpa(entries));
          const ids = context.map((before) => idOf(model, before));
          expect(log10ProbabilityOf(model, ids, idOf(model, word))).toBeCloseTo(
            backedOff(entries, context, word),
            9,
          );
        },
      ),
    );
  });

  test.each<[string, string, RegExp]>([
    ["is empty", "", /no line \\data\\/],
    ["is no ARPA file", "zero one two\n", /no line \\data\\/],
    ["ends in its head", "\\data\\\nngram 1=1\n", /ends in its head/],
    ["has no counts", "\\data\\\n\\1-grams:\n", /no counts of n-grams in line 2/],
    ["leaves an order out", "\\data\\\nngram 1=1\nngram 3=1\n", /order 3 in line 3/],
    ["has no end", SMALL.replace("\\end\\", ""), /ends before its line/],
    [
      "promises more",
      SMALL.replace("ngram 2=2", "ngram 2=3"),
      /2 n-grams of order 2 .* promises 3/,
    ],
    [
      "promises less",
      SMALL.replace("ngram 2=2", "ngram 2=1"),
      /more than the promised 1 .* line 14/,
    ],
    ["promises too many", SMALL.replace("ngram 2=2", "ngram 2=99997"), /100001 n-grams/],
    [
      "promises too many words",
      SMALL.replace("ngram 1=4", "ngram 1=20001"),
      /20001 words; at most/,
    ],
    ["has a word too many", SMALL.replace("a b", "a b c"), /line 14/],
    ["has an unknown word", SMALL.replace("a b", "a c"), /"c", which is no unigram/],
    ["has no number", SMALL.replace("-0.25", "much"), /"much" in line 14, where a number/],
    ["has an infinite backoff", SMALL.replace("-0.1", "1e999"), /"1e999" in line 10/],
    ["has probabilities, not logarithms", SMALL.replace("-0.25", "0.56"), /above 1 in line 14/],
    ["repeats an n-gram", SMALL.replace("<s> a", "a b"), /repeats an n-gram in line 14/],
    [
      "has sections in another order",
      SMALL.replace("\\1-grams", "\\2-grams"),
      /line 6, where .1-grams/,
    ],
    [
      "has no words",
      SMALL.replaceAll(/^.* [ab]\b.*$\n?/gm, "")
        .replace("4", "2")
        .replace("ngram 2=2\n", "")
        .replace("\\2-grams:\n", ""),
      /has no words/,
    ],
  ])("is refused that %s", async (_, text, message) => {
    const error = await parse(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ slug: "invalid-option", extensions: { option: "lm" } });
    expect((error as Error).message).toMatch(message);
  });

  test("is refused that is too large, or not text", async () => {
    await expect(parseArpa(new Uint8Array(MAX_ARPA_BYTES + 1))).rejects.toThrow(/at most 4194304/);
    await expect(parseArpa(Uint8Array.of(0x1f, 0x8b, 0xff))).rejects.toThrow(/not text in UTF-8/);
  });

  test("damaged anywhere is a model or refused in words", async () => {
    const damage = fc.record({
      at: fc.nat(SMALL.length - 1),
      length: fc.nat(20),
      text: fc.string({ maxLength: 20, unit: "binary" }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, length, text }) => {
        const damaged = SMALL.slice(0, at) + text + SMALL.slice(at + length);
        const outcome = await parse(damaged).catch((error: unknown) => error);
        const isSaid = outcome instanceof UndertoneError && outcome.slug === "invalid-option";
        expect(isSaid || "words" in (outcome as NgramModel)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
