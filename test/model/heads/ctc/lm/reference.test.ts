import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseArpa } from "../../../../../src/model/heads/ctc/lm/arpa.ts";
import { log10ProbabilityOf } from "../../../../../src/model/heads/ctc/lm/ngrams.ts";
import { idOf } from "../../../../support/model/arpa.ts";

const FIXTURES = new URL("../../../../fixtures/language-model/", import.meta.url);

/** A word after others, and what pocketsphinx says of it: make.py beside it asked. */
interface Query {
  readonly context: readonly string[];
  readonly word: string;
  readonly log10Probability: number;
}

test("the probabilities of words are those that pocketsphinx reads in the same file", async () => {
  const model = await parseArpa(await readFile(new URL("words.arpa", FIXTURES)));
  const text = await readFile(new URL("probabilities.json", FIXTURES), "utf8");
  const queries = JSON.parse(text) as readonly Query[];
  expect(queries.length).toBeGreaterThan(100);
  for (const { context, word, log10Probability } of queries) {
    const ids = context.map((before) => idOf(model, before));
    const found = log10ProbabilityOf(model, ids, idOf(model, word));
    expect(found, `${word} after ${context.join(" ")}`).toBeCloseTo(log10Probability, 4);
  }
});
