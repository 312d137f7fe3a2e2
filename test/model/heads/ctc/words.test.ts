import { describe, expect, test } from "vitest";
import { transcribe } from "../../../../src/model/heads/ctc/words.ts";
import type { Spelling } from "../../../../src/model/heads/head.ts";

const ALPHABET = {
  tokens: ["<pad>", "<s>", "</s>", "|", "H", "I", "YO", "U"],
  wordDelimiter: 3,
  silent: [1, 2],
};

/** Tokens one after another, each one frame long and with this probability. */
function tokensOf(ids: readonly number[], probability = 0.5) {
  const meanLogProbability = Math.log(probability);
  return ids.map((token, index) => ({
    token,
    first: 2 * index,
    end: 2 * index + 1,
    meanLogProbability,
  }));
}

describe("a transcript", () => {
  test("has words between delimiters, with the times of their tokens", () => {
    const { text, words, tokens } = transcribe(tokensOf([4, 5, 3, 6, 7]), ALPHABET);
    expect(text).toBe("HI YOU");
    expect(words.map(({ text: word, first, end }) => [word, first, end])).toEqual([
      ["HI", 0, 3],
      ["YOU", 6, 9],
    ]);
    expect(tokens.map((token) => token.text)).toEqual(["H", "I", "YO", "U"]);
  });

  test("has no empty words where delimiters follow each other, begin or end, and transformers' text", () => {
    const { text, words } = transcribe(tokensOf([3, 3, 4, 5, 3, 3, 6, 3]), ALPHABET);
    // Wav2Vec2CTCTokenizer.decode of | _ | H I | _ | YO |, with blanks between the delimiters.
    expect(text).toBe("HI  YO");
    expect(words).toHaveLength(2);
  });

  test("leaves out tokens that are no text", () => {
    expect(transcribe(tokensOf([1, 4, 5, 2]), ALPHABET).text).toBe("HI");
  });

  const SPELLING = {
    units: "letters",
    wordSeparator: " ",
    isLowerCase: false,
    hasTidySpaces: false,
  } as const;

  test("is written as its tokenizer says", () => {
    const tokens = tokensOf([4, 5, 3, 6, 7]);
    const spelled = (spelling: Partial<Spelling>) =>
      transcribe(tokens, { ...ALPHABET, spelling: { ...SPELLING, ...spelling } });
    const lower = spelled({ isLowerCase: true });
    expect([lower.text, lower.words.map(({ text }) => text)]).toEqual(["hi you", ["hi", "you"]]);
    expect(spelled({ wordSeparator: "_" }).text).toBe("HI_YOU");
  });

  test("of phones has a word for each", () => {
    const alphabet = {
      ...ALPHABET,
      wordDelimiter: null,
      silent: [3],
      spelling: { ...SPELLING, units: "phones" },
    } as const;
    const { text, words } = transcribe(tokensOf([4, 5, 3, 6]), alphabet);
    expect(text).toBe("H I YO");
    expect(words.map((word) => [word.text, word.first])).toEqual([
      ["H", 0],
      ["I", 2],
      ["YO", 6],
    ]);
  });

  test("is as sure as its tokens are on average, by the frames that each has", () => {
    const long = { token: 4, first: 0, end: 3, meanLogProbability: Math.log(0.9) };
    const short = { token: 5, first: 4, end: 5, meanLogProbability: Math.log(0.1) };
    const { confidence, words } = transcribe([long, short], ALPHABET);
    expect(confidence).toBeCloseTo((0.9 ** 3 * 0.1) ** (1 / 4), 10);
    expect(words[0]?.confidence).toBe(confidence);
  });

  test("of silence is empty and sure of nothing", () => {
    expect(transcribe([], ALPHABET)).toEqual({ text: "", confidence: null, words: [], tokens: [] });
    expect(transcribe(tokensOf([3]), ALPHABET).confidence).toBeNull();
  });

  test("without a vocabulary spells tokens by number", () => {
    const alphabet = { tokens: null, wordDelimiter: null, silent: [] };
    expect(transcribe(tokensOf([7, 30]), alphabet).text).toBe("<7><30>");
  });
});
