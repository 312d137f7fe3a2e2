import { describe, expect, test } from "vitest";
import { parsePairs } from "../../../src/cli/labels/pairs.ts";

const pair = (a: string, b: string, isTarget: boolean) => ({ a, b, isTarget });

describe("pairs are read", () => {
  test.each([
    ["without a header", "x.wav,y.wav,same\nx.wav,z.wav,different\n"],
    ["with one", "a,b,same\nx.wav,y.wav,same\nx.wav,z.wav,different\n"],
    ["in the header's order", "same,b,a\r\n1,y.wav,x.wav\r\n0,z.wav,x.wav\r\n"],
    ["with other words, spaces and empty lines", "\ufeffx.wav, y.wav ,TARGET\n\nx.wav,z.wav,false"],
  ])("%s", (_, text) => {
    expect(parsePairs(text)).toEqual([pair("x.wav", "y.wav", true), pair("x.wav", "z.wav", false)]);
  });

  test("with quotes around names that have commas or quotes", () => {
    expect(parsePairs('"Lovelace, Ada.wav","say ""hi"".wav",0')).toEqual([
      pair("Lovelace, Ada.wav", 'say "hi".wav', false),
    ]);
  });
});

test.each([
  ["x.wav,y.wav,same\nx.wav,y.wav", /^Line 2 says '', which is none of/],
  ["x.wav,y.wav,maybe", /^Line 1 says 'maybe'/],
  ["x.wav,,same", /^Line 1 does not name two clips/],
  ['x.wav,"y.wav,same', /^Line 1 has an odd quote/],
])("%j is refused by its line", (text, message) => {
  expect(() => parsePairs(text)).toThrow(
    expect.objectContaining({ slug: "invalid-option", message: expect.stringMatching(message) }),
  );
});
