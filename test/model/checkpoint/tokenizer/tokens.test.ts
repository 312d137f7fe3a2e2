import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { parseHeadConfig } from "../../../../src/model/checkpoint/heads/config.ts";
import { describeHead } from "../../../../src/model/checkpoint/heads/describe.ts";
import { readHeadTokens } from "../../../../src/model/checkpoint/heads/tokens.ts";
import { decodeLogits } from "../../../../src/model/heads/ctc/decode.ts";
import type { HeadOf } from "../../../../src/model/heads/head.ts";
import { fixture, temporaryDirectory } from "../../../support/checkpoints/files.ts";

interface TokenizerCase {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly tokenCount: number;
  readonly blank: number;
  readonly sequences: readonly {
    readonly ids: readonly number[];
    readonly text: string;
    readonly words?: readonly string[];
  }[];
}

const CASES: readonly TokenizerCase[] = JSON.parse(
  await readFile(fixture("checkpoints/tokenizers.json"), "utf8"),
);

/** The head of a tokenizer's files, and what is said of it. */
async function headOf(
  files: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
) {
  const directory = await temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), JSON.stringify(content));
  }
  const hub = { ...parseHeadConfig(config), kind: "ctc" } as const;
  const tokens = await readHeadTokens(directory, hub);
  const head = describeHead(hub, { layerSum: null, tokens }) as HeadOf<"ctc">;
  return { head, notes: tokens.notes };
}

/** Logits [frames, tokens] in which these tokens are the best ones. */
function logitsOf(best: readonly number[], tokenCount: number) {
  const data = new Float32Array(best.length * tokenCount);
  for (const [row, token] of best.entries()) data[row * tokenCount + token] = 20;
  return { rows: best.length, columns: tokenCount, data };
}

describe("text is transformers' own", () => {
  it.each(CASES.map((given) => [given.name, given] as const))("with %s", async (_, given) => {
    const { files, tokenCount, blank, sequences } = given;
    const { head } = await headOf(files, { vocab_size: tokenCount, pad_token_id: blank });
    expect(head.blank).toBe(blank);
    for (const { ids, text, words } of sequences) {
      const said = await decodeLogits(logitsOf(ids, tokenCount), head, { decoder: "greedy" });
      expect(said.text).toBe(text);
      if (words === undefined) expect(said.words.map((word) => word.text)).toEqual(text.split(" "));
      else if (head.spelling?.wordSeparator !== "") {
        const cased = words.map((word) => (head.spelling?.isLowerCase ? word.toLowerCase() : word));
        expect(said.words.map((word) => word.text)).toEqual(cased);
      }
    }
  });
});

describe("the blank", () => {
  const vocabulary = { a: 0, b: 1, "|": 2, "[UNK]": 3, "[PAD]": 4 };
  const files = {
    "vocab.json": vocabulary,
    "tokenizer_config.json": { pad_token: "[PAD]", unk_token: "[UNK]" },
  };

  test("is the tokenizer's pad token where config.json has another, and that is said", async () => {
    const { head, notes } = await headOf(files, { vocab_size: 5, pad_token_id: 0 });
    expect(head.blank).toBe(4);
    expect(notes).toEqual([
      expect.stringMatching(/pad_token_id 0, and the tokenizer's \[PAD\] is 4/),
    ]);
  });

  test("is nothing to speak of where both say the same, or config.json nothing", async () => {
    for (const pad of [4, undefined]) {
      const { head, notes } = await headOf(files, { vocab_size: 5, pad_token_id: pad });
      expect([head.blank, notes]).toEqual([4, []]);
    }
  });

  test("is config.json's where the vocabulary has no pad token", async () => {
    const { head, notes } = await headOf(
      { "vocab.json": { a: 0, b: 1 } },
      { vocab_size: 3, pad_token_id: 2 },
    );
    expect([head.blank, notes]).toEqual([2, []]);
  });
});

describe("a tokenizer", () => {
  test("may have tokens that the head does not have, if they were added or are special", async () => {
    const { head } = await headOf(
      { "vocab.json": { "<pad>": 0, a: 1, "<s>": 2 }, "added_tokens.json": { "</s>": 3, new: 4 } },
      { vocab_size: 2 },
    );
    expect(head.tokens).toEqual(["<pad>", "a"]);
  });

  test("whose vocabulary is another model's is refused", async () => {
    const broken = headOf({ "vocab.json": { a: 0, b: 7 } }, { vocab_size: 5 });
    await expect(broken).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringMatching(/'b' the id 7, and the head has 5 tokens/),
    });
  });

  test("of several languages has to say which one the weights are for", async () => {
    const nested = { "vocab.json": { eng: { a: 0 }, fra: { b: 0 } } };
    for (const target of [undefined, null, "deu"]) {
      const files = { ...nested, "tokenizer_config.json": { target_lang: target } };
      await expect(headOf(files, { vocab_size: 1 })).rejects.toMatchObject({
        slug: "checkpoint-invalid",
        message: expect.stringMatching(/2 languages \(eng, fra\).*target_lang/),
      });
    }
  });

  test("of phones is known by config.json too, and one that is not known is said so", async () => {
    const files = { "vocab.json": { "<pad>": 0, a: 1 } };
    const phones = await headOf(files, {
      vocab_size: 2,
      tokenizer_class: "Wav2Vec2PhonemeCTCTokenizer",
    });
    expect(phones.head.spelling?.units).toBe("phones");
    const other = await headOf(files, { vocab_size: 2, tokenizer_class: "BertTokenizer" });
    expect(other.notes).toEqual([expect.stringContaining("BertTokenizer is not known")]);
  });

  test("of plain letters adds nothing to the manifest", async () => {
    const { head } = await headOf({ "vocab.json": { "<pad>": 0, a: 1 } }, { vocab_size: 2 });
    expect(head).not.toHaveProperty("spelling");
  });
});
