import { describe, expect, test } from "vitest";
import { parseTexts } from "../../../src/cli/labels/texts.ts";
import { UndertoneError } from "../../../src/errors.ts";

function refusal(text: string): UndertoneError {
  try {
    parseTexts(text);
  } catch (error) {
    if (error instanceof UndertoneError) return error;
  }
  throw new Error("it was accepted");
}

describe("clips and their texts", () => {
  test("are lines of two values", () => {
    expect(parseTexts("one.wav,yes no\nother.wav, stop \n")).toEqual([
      { path: "one.wav", text: "yes no" },
      { path: "other.wav", text: "stop" },
    ]);
  });

  test("may be quoted, and have a first line that names the columns in any order", () => {
    expect(parseTexts('text,clip\r\n"yes, no","a ""b"".wav"\r\n')).toEqual([
      { path: 'a "b".wav', text: "yes, no" },
    ]);
  });

  test("may be of clips in which nothing is said", () => {
    expect(parseTexts("silence.wav,\n")).toEqual([{ path: "silence.wav", text: "" }]);
  });

  test.each([
    ["one.wav", /Line 1 is not a clip and its text/],
    ["a.wav,yes\n,no", /Line 2/],
    ["a.wav,yes,no", /a text with a comma has to be quoted/],
    ['a.wav,"yes', /odd quote/],
  ])("are refused as %j", (text, sentence) => {
    const error = refusal(text);
    expect(error.slug).toBe("invalid-option");
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain("one.wav,the words of one");
  });
});
