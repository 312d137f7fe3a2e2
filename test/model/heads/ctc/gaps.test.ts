import { describe, expect, it } from "vitest";
import { decodeLogits } from "../../../../src/model/heads/ctc/decode.ts";
import { withGaps } from "../../../../src/model/heads/ctc/gaps.ts";
import type { HeadOf } from "../../../../src/model/heads/head.ts";

const TOKENS = ["<pad>", "|", "A", "B", "<s>"];

const HEAD = {
  ...{ kind: "ctc", tokens: TOKENS, tokenCount: TOKENS.length },
  ...{ blank: 0, wordDelimiter: 1, silent: [4] },
} as unknown as HeadOf<"ctc">;

/** Logits in which each of these tokens is the likely one of its frame; `_` is the blank. */
function logitsOf(text: string) {
  const data = new Float32Array(text.length * TOKENS.length);
  for (const [row, letter] of [...text].entries()) {
    data[row * TOKENS.length + Math.max(0, TOKENS.indexOf(letter))] = 12;
  }
  return { rows: text.length, columns: TOKENS.length, data };
}

const gap = (firstFrame: number, frames: number) => ({ firstFrame, frames });

async function textOf(text: string, ...silent: ReturnType<typeof gap>[]): Promise<string> {
  const { logits } = withGaps(logitsOf(text), silent, HEAD);
  return (await decodeLogits(logits, HEAD, { decoder: "greedy" })).text;
}

describe("silence between the words of a recording", () => {
  it("divides words, and letters that are the same", async () => {
    expect(await textOf("AB_A_B")).toBe("ABAB");
    expect(await textOf("AB_A_B", gap(3, 500))).toBe("AB AB");
    expect(await textOf("AA", gap(1, 500))).toBe("A A");
  });

  it("adds no delimiter where one is heard, before the first word, behind the last, or twice", async () => {
    expect(await textOf("A|B", gap(1, 500))).toBe("A B");
    expect(await textOf("A|_B", gap(3, 500))).toBe("A B");
    expect(await textOf("A_B", gap(0, 300), gap(303, 200))).toBe("AB");
    expect(await textOf("A__B", gap(1, 300), gap(302, 200))).toBe("A B");
  });

  it("divides for a beam, too", async () => {
    const { logits } = withGaps(logitsOf("AB_A_B"), [gap(3, 500)], HEAD);
    const search = { decoder: "beam", width: 8 } as const;
    expect((await decodeLogits(logits, HEAD, search)).text).toBe("AB AB");
  });

  it("takes a few rows, and leaves others their frames", () => {
    const { logits, frameOf } = withGaps(logitsOf("AB"), [gap(1, 500)], HEAD);
    expect(logits.rows).toBe(5);
    expect([0, 1, 2, 3, 4].map(frameOf)).toEqual([0, 1, 2, 3, 501]);
    expect(withGaps(logitsOf("AB"), [], HEAD).frameOf(1)).toBe(1);
  });

  it("only divides where there are delimiters", () => {
    const phones = { ...HEAD, silent: [1, 4] };
    for (const head of [{ ...HEAD, wordDelimiter: null }, phones]) {
      expect(withGaps(logitsOf("AB"), [gap(1, 500)], head).logits.rows).toBe(3);
    }
  });
});
