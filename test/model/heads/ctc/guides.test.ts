import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beamSearch, type TokenGuide } from "../../../../src/model/heads/ctc/beam.ts";
import { guideOf } from "../../../../src/model/heads/ctc/decode.ts";
import { parseArpa } from "../../../../src/model/heads/ctc/lm/arpa.ts";
import { spellModel } from "../../../../src/model/heads/ctc/lm/guide.ts";
import type { HeadOf } from "../../../../src/model/heads/head.ts";
import { logSoftmax } from "../../../../src/model/heads/scores.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import { backedOff, entriesOf, writeArpa } from "../../../support/model/arpa.ts";
import {
  alignments,
  collapse,
  logitsOf,
  pathLogProbability,
} from "../../../support/model/lattice.ts";

/** Blank, delimiter, A and B. */
const HEAD = {
  kind: "ctc",
  blank: 0,
  wordDelimiter: 1,
  silent: [],
  tokens: ["<pad>", "|", "A", "B"],
} as unknown as HeadOf<"ctc">;
const LETTERS = ["", "|", "a", "b"];

const parse = (text: string) => parseArpa(new TextEncoder().encode(text));

/** Every token sequence and the logarithm of its probability, by adding up all alignments. */
function allTexts(logProbabilities: Matrix): Map<string, number> {
  const totals = new Map<string, number>();
  for (const path of alignments(logProbabilities)) {
    const key = collapse(path, 0).join();
    const probability = Math.exp(pathLogProbability(logProbabilities, path));
    totals.set(key, (totals.get(key) ?? 0) + probability);
  }
  return new Map([...totals].map(([key, probability]) => [key, Math.log(probability)]));
}

function wordsOf(key: string): string[] {
  const letters = key.split(",").map((token) => LETTERS[Number(token)] ?? "");
  return letters.join("").split("|").filter(Boolean);
}

/** Searches with room for every text, and checks that each has the score that its words are given. */
async function expectScores(
  logits: Matrix,
  guide: TokenGuide,
  scoreOf: (words: string[]) => number,
) {
  const logProbabilities = logSoftmax(logits);
  const expected = allTexts(logProbabilities);
  const found = await beamSearch(logProbabilities, { blank: 0, width: 10_000, guide });
  expect(found.length).toBe(expected.size);
  for (const { tokens, logProbability } of found) {
    const key = tokens.join();
    const wanted = (expected.get(key) ?? Number.NaN) + scoreOf(wordsOf(key));
    expect(logProbability).toBeCloseTo(wanted, 4);
  }
  const scores = found.map(({ logProbability }) => logProbability);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
}

describe("a beam search with a language model", () => {
  const entries = entriesOf(["<s>", "</s>", "<unk>", "a", "ab"], 3);

  test("with room for all multiplies each text's probability by the model's to the weight", async () => {
    await fc.assert(
      fc.asyncProperty(logitsOf(4, 4), entries, async (logits, model) => {
        const weight = 0.7;
        const languageModel = { ...spellModel(await parse(writeArpa(model)), HEAD), weight };
        const { order } = languageModel.model;
        const known = (word: string) => (model.has(word) ? word : "<unk>");
        await expectScores(logits, guideOf({ languageModel }, HEAD) as TokenGuide, (words) => {
          const text = ["<s>", ...words.map(known), "</s>"];
          const log10 = text.slice(1).map((word, index) => {
            const context = text.slice(Math.max(0, index + 2 - order), index + 1);
            return Math.max(-7, backedOff(model, context, word));
          });
          return weight * Math.LN10 * log10.reduce((sum, value) => sum + value, 0);
        });
      }),
      { numRuns: 40 },
    );
  });

  test("chooses the probable word where what was heard is undecided", async () => {
    const frame = (a: number, b: number) => [-9, -9, a, b];
    const data = Float32Array.from([...frame(1, 0.9), ...frame(0.1, 0.2)]);
    const logits = { rows: 2, columns: 4, data };
    const logProbabilities = logSoftmax(logits);
    const search = async (guide?: TokenGuide) =>
      (await beamSearch(logProbabilities, { blank: 0, width: 8, guide }))[0]?.tokens.join();
    expect(await search()).toBe("2,3");
    const favouringBa = await parse(
      writeArpa(
        new Map([
          ["ab", [-3, 0]],
          ["ba", [-0.1, 0]],
          ["</s>", [-1, 0]],
        ]),
      ),
    );
    const languageModel = { ...spellModel(favouringBa, HEAD), weight: 1 };
    expect(await search(guideOf({ languageModel }, HEAD))).toBe("3,2");
  });

  test.each<[string, string[], Partial<HeadOf<"ctc">>, RegExp]>([
    [
      "of another alphabet",
      ["да", "нет", "a"],
      {},
      /another vocabulary: 2 of its 3 words, such as 'да'/,
    ],
    ["where nothing stands between words", ["a"], { wordDelimiter: null }, /a token between words/],
    ["where tokens are no letters", ["a"], { tokens: null }, /`lm` needs a model whose vocabulary/],
  ])("is refused %s", async (_, words, change, message) => {
    const model = await parse(writeArpa(new Map(words.map((word) => [word, [-1, 0]]))));
    expect(() => spellModel(model, { ...HEAD, ...change })).toThrow(message);
  });

  test("leaves out the few words that the vocabulary cannot spell", async () => {
    const model = await parse(writeArpa(new Map(["a", "b", "é"].map((word) => [word, [-1, 0]]))));
    expect([...spellModel(model, HEAD).tree.longer.keys()]).toEqual([2, 3]);
  });
});

describe("a beam search with hot words", () => {
  test("with room for all adds their weight for each that a text has", async () => {
    const hotWords = { words: ["ab", "b"], weight: 1.5 };
    await fc.assert(
      fc.asyncProperty(logitsOf(4, 4), async (logits) => {
        await expectScores(
          logits,
          guideOf({ hotWords }, HEAD) as TokenGuide,
          (words) => 1.5 * words.filter((word) => hotWords.words.includes(word)).length,
        );
      }),
      { numRuns: 40 },
    );
  });

  test("keeps a beginning of one that would fall out of a narrow beam", async () => {
    // B is a little less probable than A at first; only then comes what makes "ba" whole.
    const data = Float32Array.from([-9, -9, 1, 0, -9, -9, 1, 0.9]);
    const logProbabilities = logSoftmax({ rows: 2, columns: 4, data });
    const search = async (guide?: TokenGuide) =>
      (await beamSearch(logProbabilities, { blank: 0, width: 1, guide }))[0]?.tokens.join();
    expect(await search()).not.toBe("3,2");
    expect(await search(guideOf({ hotWords: { words: ["ba"], weight: 4 } }, HEAD))).toBe("3,2");
  });

  test("finds the same whether or not it asks about prefixes that cannot be kept", async () => {
    const hotWords = { words: ["ab", "bba"], weight: 3 };
    const guide = guideOf({ hotWords }, HEAD) as TokenGuide;
    await fc.assert(
      fc.asyncProperty(logitsOf(8, 4), async (logits) => {
        const logProbabilities = logSoftmax(logits);
        const options = { blank: 0, width: 5, guide };
        // A guide that promises more than it gives is asked about every prefix.
        const asked = { ...guide, mostGain: 1e9 };
        const [found, all] = await Promise.all([
          beamSearch(logProbabilities, options),
          beamSearch(logProbabilities, { ...options, guide: asked }),
        ]);
        expect(found).toEqual(all);
      }),
    );
  });

  test("is refused for a word that the vocabulary cannot spell", () => {
    const hotWords = { words: ["ab", "œ"], weight: 1 };
    expect(() => guideOf({ hotWords }, HEAD)).toThrow(/`hot_words` has the word 'œ', whose letter/);
  });
});

test("a lexicon, hot words and a language model are followed at once", async () => {
  const model = await parse(
    writeArpa(
      new Map([
        ["a", [-1, 0]],
        ["b", [-0.5, 0]],
        ["</s>", [0, 0]],
      ]),
    ),
  );
  const guide = guideOf(
    {
      lexicon: ["a", "b"],
      hotWords: { words: ["a"], weight: 2 },
      languageModel: { ...spellModel(model, HEAD), weight: 1 },
    },
    HEAD,
  ) as TokenGuide;
  const state = [2, 1, 3].reduce<unknown>((at, token) => guide.next(at, token), guide.start);
  expect(guide.endScore(state)).toBeCloseTo(2 - 1.5 * Math.LN10, 9);
  expect(guide.next(state, 2)).toBeNull();
});
