import { describe, expect, test } from "vitest";
import { openHuggingFaceDirectory } from "../../../../src/model/checkpoint/huggingface/open.ts";
import { goldenDirectory } from "../../../../support/packs/tiny-pack.ts";
import { withChangedGolden } from "../../../support/model/golden-heads.ts";

/** The head of a golden checkpoint whose config.json is changed, or has files beside it. */
function headOf(
  name: string,
  change: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string>> = {},
) {
  const open = async (directory: string) =>
    (await openHuggingFaceDirectory(directory)).taskHead?.head;
  return withChangedGolden(name, change, open, files);
}

const refusal = (slug: string, detail: RegExp) =>
  expect.objectContaining({ slug, message: expect.stringMatching(detail) });

describe("a checkpoint's task head", () => {
  test("is none where config.json names a backbone, or a class of somebody's own", async () => {
    expect(
      (await openHuggingFaceDirectory(goldenDirectory("tiny-group"))).taskHead,
    ).toBeUndefined();
    expect(await headOf("tiny-seqcls", { architectures: ["WavLMForEmotions"] })).toBeUndefined();
    expect(await headOf("tiny-seqcls", { architectures: ["WavLMModel"] })).toBeUndefined();
  });

  test("takes its shortest clip from its time-delay layers", async () => {
    // 1 + 4 + 4 + 6 frames make one of the last layer, and statistics need two: 400 + 15 · 320 samples.
    expect(await headOf("tiny-xvector")).toMatchObject({
      kind: "xvector",
      minimumSamples: 5200,
      projectionSize: 24,
      embeddingSize: 32,
    });
  });

  test("has the trained weights of its sum, and the form that its transformers gave the last state", async () => {
    const head = await headOf("tiny-layer-seqcls");
    expect(head?.layerSum).toMatchObject({ lastState: "raw", weights: { length: 4 } });
    for (const version of ["4.57.6", null]) {
      const older = await headOf("tiny-layer-seqcls", { transformers_version: version });
      expect(older?.layerSum).toMatchObject({ lastState: "normed" });
    }
    const plain = await headOf("tiny-layer-seqcls", { use_weighted_layer_sum: false });
    expect(plain?.layerSum).toBeNull();
    // transformers' CTC heads take the last hidden state whatever config.json says.
    expect((await headOf("tiny-ctc", { use_weighted_layer_sum: true }))?.layerSum).toBeNull();
  });

  test("has config.json's labels, or names them itself", async () => {
    const id2label = { 1: "b", 0: "a", 3: "d", 2: "c" };
    expect(await headOf("tiny-seqcls", { id2label })).toMatchObject({
      labels: ["a", "b", "c", "d"],
      scores: "softmax",
    });
    const several = { problem_type: "multi_label_classification" };
    expect(await headOf("tiny-seqcls", several)).toMatchObject({ scores: "sigmoid" });
    expect(await headOf("tiny-afc")).toMatchObject({ labels: ["speaker_0", "speaker_1"] });
  });

  test("is refused where config.json and the weights do not fit", async () => {
    await expect(headOf("tiny-seqcls", { classifier_proj_size: 17 })).rejects.toEqual(
      refusal("checkpoint-invalid", /projector\.weight is \[16,48\], not \[17,48\]/),
    );
    await expect(headOf("tiny-seqcls", { architectures: ["WavLMForXVector"] })).rejects.toEqual(
      refusal("checkpoint-invalid", /missing \(.*tdnn\.0\.kernel\.weight/),
    );
    await expect(headOf("tiny-seqcls", { id2label: { 0: "a", 2: "c" } })).rejects.toEqual(
      refusal("checkpoint-unsupported", /numbered from 0/),
    );
    await expect(headOf("tiny-xvector", { tdnn_kernel: [5, 3] })).rejects.toEqual(
      refusal("checkpoint-unsupported", /equally long/),
    );
    await expect(headOf("tiny-ctc", { pad_token_id: 32 })).rejects.toEqual(
      refusal("checkpoint-unsupported", /blank is 32/),
    );
  });
});

describe("a CTC head's tokens", () => {
  const letters = Object.fromEntries(
    ["<pad>", "<s>", "</s>", "<unk>", "|", ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ'"].map((token, id) => [
      token,
      id,
    ]),
  );

  test("come from vocab.json, with the defaults of transformers' tokenizer", async () => {
    const head = await headOf("tiny-ctc", {}, { "vocab.json": JSON.stringify(letters) });
    expect(head).toMatchObject({ blank: 0, wordDelimiter: 4, silent: [], tokenCount: 32 });
    expect(head?.kind === "ctc" && head.tokens?.slice(4, 7)).toEqual(["|", "A", "B"]);
  });

  test("follow tokenizer_config.json and added_tokens.json", async () => {
    const head = await headOf(
      "tiny-ctc",
      { pad_token_id: 31 },
      {
        "vocab.json": JSON.stringify({ a: 0, "▁": 1, b: 3 }),
        "added_tokens.json": JSON.stringify({ "[BOS]": 4 }),
        "tokenizer_config.json": JSON.stringify({
          word_delimiter_token: "▁",
          bos_token: { content: "[BOS]", lstrip: false },
          eos_token: null,
        }),
      },
    );
    expect(head).toMatchObject({ blank: 31, wordDelimiter: 1 });
    expect(head?.kind === "ctc" && head.tokens?.slice(0, 5)).toEqual([
      "a",
      "▁",
      "<unk>",
      "b",
      "[BOS]",
    ]);
  });

  test("are none without vocab.json", async () => {
    expect(await headOf("tiny-ctc")).toMatchObject({ tokens: null, wordDelimiter: null });
  });

  test.each([
    ["{", /not JSON/],
    ['{"a": "0"}', /expected number/],
    ['{"a": 32}', /'a' the id 32/],
  ])("of a broken vocab.json %s are refused by name", async (vocabulary, reason) => {
    await expect(headOf("tiny-ctc", {}, { "vocab.json": vocabulary })).rejects.toEqual(
      refusal("checkpoint-invalid", reason),
    );
  });
});
