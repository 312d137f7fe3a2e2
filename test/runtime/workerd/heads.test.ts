import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GOLDEN_TOLERANCE } from "../../../support/packs/golden.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { spellGreedily, VOCABULARY, wavOf } from "../../support/http/tasks.ts";
import { installExported } from "../../support/model/exported.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
  installChanged,
} from "../../support/model/golden-heads.ts";

const INPUT = "x16000";

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  for (const name of ["tiny-xvector", "tiny-afc", "tiny-seqcls"]) {
    await installChanged(worker.bucket, name, {});
  }
  await installChanged(worker.bucket, "tiny-ctc", {}, { files: VOCABULARY });
  await installExported(worker.bucket);
});
afterAll(() => worker?.stop());

async function goldenOf(name: string) {
  const golden = GOLDEN_HEADS.find(
    (head) => head.name === name && head.prefix === "",
  ) as GoldenHead;
  const vectors = (await goldenHeadVectors(golden)).get(INPUT);
  return {
    logits: vectors?.logits ?? new Float32Array(),
    embeddings: [...(vectors?.embeddings ?? [])],
  };
}

async function post(address: string, model: string) {
  const [path, query = ""] = address.split("?");
  const response = await worker.fetch(`/v1/${path}?model=${model}-fp32&${query}`, {
    method: "POST",
    body: await wavOf(INPUT),
  });
  expect(response.status).toBe(200);
  return response.json();
}

describe("in workerd, each head gives the reference's numbers", () => {
  test("x-vector", async () => {
    const { embedding, method } = await post("embeddings", "tiny-xvector");
    const { embeddings } = await goldenOf("tiny-xvector");
    expect(method).toBe("xvector");
    for (const [index, value] of embeddings.entries()) {
      expect(Math.abs(embedding[index] - value)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  test("a comparison of a clip with itself", async () => {
    const form = new FormData();
    const clip = new Blob([await wavOf(INPUT)]);
    form.set("a", clip, "a.wav");
    form.set("b", clip, "b.wav");
    const response = await worker.fetch("/v1/comparisons?model=tiny-xvector-fp32", {
      method: "POST",
      body: form,
    });
    expect(await response.json()).toMatchObject({ cosine: 1, threshold: null, same_speaker: null });
  });

  test("CTC, by either decoder", async () => {
    const { logits } = await goldenOf("tiny-ctc");
    expect((await post("transcriptions", "tiny-ctc")).text).toBe(spellGreedily(logits));
    expect((await post("transcriptions?decoder=beam", "tiny-ctc")).text).not.toBe("");
  });

  test("CTC of a ready ONNX export, whose tokens are numbers without a vocabulary", async () => {
    const { logits } = await goldenOf("tiny-ctc");
    const response = await worker.fetch("/v1/transcriptions?model=tiny-ctc-exported&tokens=true", {
      method: "POST",
      body: await wavOf(INPUT),
    });
    const { model, tokens } = await response.json();
    expect(model.precision).toBe("exported");
    const best = Array.from({ length: 49 }, (_, row) => {
      const frame = logits.subarray(row * 32, row * 32 + 32);
      return frame.indexOf(Math.max(...frame));
    });
    const spelled = best.filter((token, row) => token !== best[row - 1] && token !== 0);
    expect(tokens.map(({ text }: { text: string }) => Number(text.replace(/\D/g, "")))).toEqual(
      spelled,
    );
  });

  test("sequence classification", async () => {
    const { logits } = await goldenOf("tiny-seqcls");
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const { labels } = await post("classifications", "tiny-seqcls");
    for (const { label, score } of labels) {
      const logit = logits[Number(label.replace("LABEL_", ""))] as number;
      expect(Math.abs(score - Math.exp(logit) / total)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  test("frame classification", async () => {
    const { logits } = await goldenOf("tiny-afc");
    const { probabilities } = await post("diarizations?probabilities=true", "tiny-afc");
    for (const [at, value] of probabilities.flat().entries()) {
      const expected = 1 / (1 + Math.exp(-(logits[at] as number)));
      expect(Math.abs(value - expected)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });
});

test("in workerd, a speaker is enrolled in D1, known again, and gone once deleted", async () => {
  const init = { method: "POST", body: await wavOf(INPUT) };
  const made = await worker.fetch("/v1/speakers?model=tiny-xvector-fp32&name=Ada", init);
  expect(made.status).toBe(201);
  const enrolled = await made.json();
  const clips = `/v1/speakers/${enrolled.id}/clips`;
  const added = await worker.fetch(clips, init);
  expect(await added.json()).toMatchObject({ id: enrolled.id, clips: 2 });
  const { candidates, speaker } = await post("identifications", "tiny-xvector");
  expect(candidates).toMatchObject([{ id: enrolled.id, name: "Ada" }]);
  expect(candidates[0].cosine).toBeCloseTo(1, 4);
  expect(speaker).toBeNull();
  const address = `/v1/speakers/${enrolled.id}`;
  expect((await worker.fetch(address, { method: "DELETE" })).status).toBe(204);
  expect(await (await worker.fetch("/v1/speakers")).json()).toEqual({ speakers: [] });
});
