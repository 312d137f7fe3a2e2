import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordErrorRate, wordErrors } from "../../../src/model/accuracy/word-error.ts";

describe("word errors", () => {
  test.each([
    ["one two three", "ONE TWO THREE", 0],
    ["one two three", "one two", 1],
    ["one two three", "one too three", 1],
    ["one two three", "one and two three", 1],
    ["one two three", "three one two", 2],
    ["one two three", "", 3],
    ["", "one", 1],
  ])("from '%s' to '%s' are %i", (spoken, written, errors) => {
    const words = spoken.split(" ").filter(Boolean).length;
    expect(wordErrors(spoken, written)).toEqual({ errors, words });
  });

  const text = fc
    .array(fc.constantFrom("a", "b", "c"), { maxLength: 6 })
    .map((all) => all.join(" "));

  test("are the fewest edits: at least the difference in length, none from a text to itself, and a metric", () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const between = (from: string, to: string) => wordErrors(from, to).errors;
        const lengthOf = (words: string) => wordErrors(words, "").words;
        expect(between(a, a)).toBe(0);
        expect(between(a, b)).toBe(between(b, a));
        expect(between(a, b)).toBeGreaterThanOrEqual(Math.abs(lengthOf(a) - lengthOf(b)));
        expect(between(a, b)).toBeLessThanOrEqual(Math.max(lengthOf(a), lengthOf(b)));
        expect(between(a, c)).toBeLessThanOrEqual(between(a, b) + between(b, c));
      }),
    );
  });
});

test("the word error rate is that of all words together, not the mean of texts", () => {
  expect(wordErrorRate([wordErrors("one", "two"), wordErrors("a b c", "a b c")])).toBe(0.25);
});
