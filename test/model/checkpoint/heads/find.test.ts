import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openHuggingFaceDirectory } from "../../../../src/model/checkpoint/huggingface/open.ts";
import { communityCase } from "../../../support/checkpoints/community.ts";
import {
  checkpointDirectory,
  decodeSafetensors,
  encodeSafetensors,
  fixture,
} from "../../../support/checkpoints/files.ts";
import { withChangedGolden } from "../../../support/model/golden-heads.ts";

/** What is built of a golden checkpoint whose config.json is changed: the kind of its head, and what is said. */
function built(name: string, change: Readonly<Record<string, unknown>>) {
  return withChangedGolden(name, change, async (directory) => {
    const { taskHead, notes } = await openHuggingFaceDirectory(directory);
    return { kind: taskHead?.head.kind, notes };
  });
}

const KINDS = [
  ["tiny-xvector", "xvector", "XVector"],
  ["tiny-afc", "frame-classification", "AudioFrameClassification"],
  ["tiny-ctc", "ctc", "CTC"],
  ["tiny-seqcls", "sequence-classification", "SequenceClassification"],
] as const;

describe("a head that config.json does not name", () => {
  test.each(KINDS)(
    "is built where the tensors are those of one: %s",
    async (name, kind, ending) => {
      for (const architectures of [null, [], undefined]) {
        const found = await built(name, { architectures });
        expect(found.kind).toBe(kind);
        expect(found.notes?.[0]).toContain(
          `names no architecture; the tensors beside the backbone are those of WavLMFor${ending}`,
        );
      }
    },
  );

  test.each(KINDS)("is built where a related family's class is named: %s", async (name, kind) => {
    for (const other of ["Wav2Vec2ForCTC", "HubertModel", "UniSpeechSatForXVector"]) {
      const found = await built(name, { architectures: [other] });
      expect(found.kind).toBe(kind);
      expect(found.notes?.[0]).toContain(`names ${other}; the tensors`);
    }
  });

  test.each(["WavLMModel", "WavLMForEmotions"])(
    "is left out where %s is named, and what to do is said",
    async (architecture) => {
      const { kind, notes } = await built("tiny-seqcls", { architectures: [architecture] });
      expect(kind).toBeUndefined();
      expect(notes).toEqual([
        expect.stringMatching(
          `names ${architecture}, so the head is left out.*"WavLMForSequenceClassification"`,
        ),
      ]);
    },
  );

  test("is left out and listed where the shapes are others", async () => {
    const change = { architectures: null, classifier_proj_size: 17 };
    expect(await built("tiny-seqcls", change)).toEqual({
      kind: undefined,
      notes: [expect.stringMatching(/^Left out: classifier, layer_weights, projector \(/)],
    });
    const labels = { architectures: null, id2label: { 0: "a", 7: "b" } };
    expect((await built("tiny-seqcls", labels)).kind).toBeUndefined();
  });
});

describe("a head of one's own", () => {
  test("is left out and listed, and the backbone is built", async () => {
    const { directory } = await communityCase("own-head");
    const { taskHead, notes } = await openHuggingFaceDirectory(directory);
    expect([taskHead, notes]).toEqual([
      undefined,
      [expect.stringMatching(/^Left out: classifier\.dense, classifier\.out_proj \(/)],
    ]);
  });

  test("beside one that is built is listed", async () => {
    const tensors = decodeSafetensors(await readFile(fixture("golden/tiny-afc/model.safetensors")));
    const bias = tensors.get("classifier.bias");
    if (bias !== undefined) tensors.set("fc.bias", bias);
    const directory = await checkpointDirectory("tiny-afc", {
      "model.safetensors": encodeSafetensors(tensors),
    });
    const { taskHead, notes } = await openHuggingFaceDirectory(directory);
    expect([taskHead?.head.kind, notes]).toEqual([
      "frame-classification",
      [expect.stringContaining("Left out: fc (")],
    ]);
  });
});

describe("labels", () => {
  test("that are numbers or truth values are read", async () => {
    const id2label = { 0: 3, 1: 4.5, 2: true, 3: "x" };
    await withChangedGolden("tiny-seqcls", { id2label }, async (directory) => {
      expect((await openHuggingFaceDirectory(directory)).taskHead?.head).toMatchObject({
        labels: ["3", "4.5", "true", "x"],
      });
    });
  });

  test("of three speakers are speakers", async () => {
    const { directory } = await communityCase("three-speakers");
    expect((await openHuggingFaceDirectory(directory)).taskHead?.head).toMatchObject({
      labels: ["speaker_0", "speaker_1", "speaker_2"],
    });
  });

  test.each([
    [{ problem_type: "regression" }, "none"],
    [{ problem_type: "single_label_classification" }, "softmax"],
    [{ problem_type: null }, "softmax"],
    [{ problem_type: "multi_label_classification" }, "sigmoid"],
  ])("with %o have scores of kind %s", async (change, scores) => {
    await withChangedGolden("tiny-seqcls", change, async (directory) => {
      expect((await openHuggingFaceDirectory(directory)).taskHead?.head).toMatchObject({ scores });
    });
  });

  test.each([
    [{}, "none"],
    [{ problem_type: "single_label_classification" }, "softmax"],
  ])("of one alone with %o have scores of kind %s", async (change, scores) => {
    const { directory } = await communityCase("regression-one");
    const config = JSON.parse(await readFile(`${directory}/config.json`, "utf8"));
    await writeFile(`${directory}/config.json`, JSON.stringify({ ...config, ...change }));
    expect((await openHuggingFaceDirectory(directory)).taskHead?.head).toMatchObject({
      labels: ["age"],
      scores,
    });
  });
});
