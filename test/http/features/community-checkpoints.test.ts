/** Tasks of checkpoints as the community has them answer what transformers does. */
import { describe, expect, test } from "vitest";
import { ClassificationSchema } from "../../../src/http/classifications/schema.ts";
import { DiarizationSchema } from "../../../src/http/diarizations/schema.ts";
import { TranscriptionSchema } from "../../../src/http/transcriptions/schema.ts";
import { writePack } from "../../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { GOLDEN_TOLERANCE } from "../../../support/packs/golden.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { communityCase } from "../../support/checkpoints/community.ts";
import { startService } from "../../support/http/service.ts";
import { ask, wavOf } from "../../support/http/tasks.ts";

/** The answer of a task of a case to the clip of which transformers was asked, and what it said. */
async function answerOf(name: string, address: string) {
  const { directory, ...expected } = await communityCase(name);
  const store = memoryStore();
  const checkpoint = await openHuggingFaceDirectory(directory);
  await writePack(checkpoint, { precision: "fp32", id: "case-fp32" }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  const service = startService(nodeRegistry(store));
  const response = await ask(service, address, "case", await wavOf("x16000"));
  expect(response.status).toBe(200);
  return { body: await response.json(), logits: expected.logits ?? [], text: expected.text };
}

describe("a regression", () => {
  test.each([
    ["regression-three", ["arousal", "dominance", "valence"]],
    ["regression-one", ["age"]],
  ])("%s gives the model's own values, in its order", async (name, names) => {
    const { body, logits } = await answerOf(name, "classifications");
    const { labels, scores } = ClassificationSchema.parse(body);
    expect(scores).toBe("none");
    expect(labels.map(({ label }) => label)).toEqual(names);
    for (const [index, { score }] of labels.entries()) {
      expect(Math.abs(score - (logits[index] ?? Number.NaN))).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  test("gives as many values as asked for", async () => {
    const { body } = await answerOf("regression-three", "classifications?top=2");
    const { labels } = ClassificationSchema.parse(body);
    expect(labels.map(({ label }) => label)).toEqual(["arousal", "dominance"]);
  });
});

describe("a transcription", () => {
  test.each(["processor-only", "tokens-beyond", "pad-differs", "spelled", "phonemes"])(
    "of %s is the text of transformers' processor",
    async (name) => {
      const { body, text } = await answerOf(name, "transcriptions");
      expect(TranscriptionSchema.parse(body).text).toBe(text);
    },
  );

  test("of phones has a word for each", async () => {
    const { body, text = "" } = await answerOf("phonemes", "transcriptions");
    const { words } = TranscriptionSchema.parse(body);
    expect(words.map((word) => word.text)).toEqual(text.split(" "));
  });
});

describe("a diarization of three speakers", () => {
  test("has transformers' probabilities of each", async () => {
    const { body, logits } = await answerOf("three-speakers", "diarizations?probabilities=true");
    const { speakers, probabilities = [] } = DiarizationSchema.parse(body);
    expect(speakers).toEqual(["speaker_0", "speaker_1", "speaker_2"]);
    expect(probabilities).toHaveLength(logits.length / 3);
    for (const [index, probability] of probabilities.flat().entries()) {
      const expected = 1 / (1 + Math.exp(-(logits[index] ?? Number.NaN)));
      expect(Math.abs(probability - expected)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });
});
