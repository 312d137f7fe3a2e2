import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import { beamSearch, type TokenGuide } from "../../../../src/model/heads/ctc/beam.ts";
import { lexiconGuide } from "../../../../src/model/heads/ctc/lexicon.ts";
import type { HeadOf } from "../../../../src/model/heads/head.ts";
import { logSoftmax } from "../../../../src/model/heads/scores.ts";
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

/** Texts of words "a" and "ba", one delimiter between them. */
function isAllowed(tokens: readonly number[]): boolean {
  return tokens.length === 0 || /^(2|32)(1(2|32))*1?$/.test(tokens.join(""));
}

describe("a beam search with a word list", () => {
  const guide = lexiconGuide(["a", "ba"], HEAD) as TokenGuide;

  test("with room for all gives every allowed text its exact probability, and no other", async () => {
    await fc.assert(
      fc.asyncProperty(logitsOf(5, 4), async (logits) => {
        const logProbabilities = logSoftmax(logits);
        const totals = new Map<string, number>();
        for (const path of alignments(logProbabilities)) {
          const tokens = collapse(path, 0);
          if (!isAllowed(tokens) || tokens.at(-1) === 1) continue;
          const probability = Math.exp(pathLogProbability(logProbabilities, path));
          totals.set(tokens.join(), (totals.get(tokens.join()) ?? 0) + probability);
        }
        const found = await beamSearch(logProbabilities, { blank: 0, width: 10_000, guide });
        expect(new Set(found.map(({ tokens }) => tokens.join()))).toEqual(new Set(totals.keys()));
        for (const { tokens, logProbability } of found) {
          expect(Math.exp(logProbability)).toBeCloseTo(totals.get(tokens.join()) ?? -1, 5);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [["AB", "é"], HEAD, /the word 'é', whose letter 'é'/],
    [["a"], { ...HEAD, tokens: null }, /needs a model whose vocabulary is letters/],
    [["a"], { ...HEAD, spelling: { units: "phones" } }, /needs a model whose vocabulary/],
  ])("refuses %j that the vocabulary cannot spell", (words, head, sentence) => {
    const make = () => lexiconGuide(words, head as HeadOf<"ctc">);
    expect(make).toThrow(UndertoneError);
    expect(make).toThrow(sentence);
  });
});
