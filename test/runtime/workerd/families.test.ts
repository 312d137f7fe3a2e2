import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Matrix } from "../../../src/model/matrix.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import {
  GOLDEN_TOLERANCE,
  goldenSamples,
  largestDifference,
} from "../../../support/packs/golden.ts";
import { computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { readSafetensors } from "../../support/http/answer-readers.ts";
import { wavOf } from "../../support/http/tasks.ts";
import {
  FAMILY_MODELS,
  familyFile,
  familyHeadReference,
  familyReferences,
  installFamily,
} from "../../support/model/families.ts";

const INPUT = "x16000";
const WITH_HEADS = FAMILY_MODELS.flatMap(({ name, heads }) =>
  heads.map((kind) => ({ name, kind })),
);

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  for (const { name } of FAMILY_MODELS) {
    await installFamily(worker.bucket, name, "fp32");
    await installFamily(worker.bucket, name, "q8");
  }
  for (const { name, kind } of WITH_HEADS) await installFamily(worker.bucket, name, "fp32", kind);
});
afterAll(() => worker?.stop());

async function tensorsOf(model: string): Promise<Map<string, Matrix>> {
  const query = new URLSearchParams({
    model,
    layers: "0,1,2,last_hidden_state,extract_features",
    format: "safetensors",
  });
  const samples = await goldenSamples(INPUT);
  const response = await worker.fetch(`/v1/features?${query}`, {
    method: "POST",
    body: makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" }),
  });
  expect(response.status).toBe(200);
  const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
  return new Map(
    [...tensors].map(([name, { shape, values }]) => [
      name,
      { rows: shape[0], columns: shape[1], data: Float32Array.from(values) },
    ]),
  );
}

describe.each(FAMILY_MODELS)("in workerd, $name", ({ name }) => {
  test("gives transformers' tensors in fp32", async () => {
    const actual = await tensorsOf(`${name}-fp32`);
    const { tensors } = await familyReferences(name, INPUT);
    for (const [tensor, values] of tensors) {
      expect(largestDifference(actual.get(tensor) as Matrix, values), tensor).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
    }
  });

  test("gives every bit of q8 that Node gives", async () => {
    const store = memoryStore();
    const engine = await nodeRegistry(store).open(await installFamily(store, name, "q8"));
    const actual = await tensorsOf(`${name}-q8`);
    for (const [tensor, matrix] of await computeAll(engine, await goldenSamples(INPUT))) {
      expect(actual.get(tensor)?.data, tensor).toEqual(matrix.data);
    }
  });
});

describe.each(WITH_HEADS)("in workerd, the $kind head of $name", ({ name, kind }) => {
  test("gives the numbers of transformers'", async () => {
    const { logits, embeddings } = await familyHeadReference(name, kind);
    const answer = await post(kind, `${name}-${kind}-fp32`);
    switch (kind) {
      case "ctc":
        return expect(answer.text).toBe(await familyText(name));
      case "xvector":
        return expectClose(answer.embedding, embeddings as Float32Array);
      case "frame-classification":
        return expectClose(
          answer.probabilities.flat(),
          logits.map((logit) => 1 / (1 + Math.exp(-logit))),
        );
      case "sequence-classification": {
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
        const scores = ["calm", "happy", "sad"].map(
          (label) =>
            answer.labels.find((scored: { label: string }) => scored.label === label).score,
        );
        return expectClose(
          scores,
          logits.map((logit) => Math.exp(logit) / total),
        );
      }
    }
  });
});

test("in workerd, a job computes the words of a HuBERT with a CTC head", async () => {
  const clip = await wavOf(INPUT);
  const submitted = await worker.fetch("/v1/jobs?task=transcription&model=hubert-large-ctc-fp32", {
    method: "POST",
    body: clip,
  });
  const { id } = await submitted.json();
  await vi.waitFor(
    async () => {
      const job = await worker.fetch(`/v1/jobs/${id}`);
      expect(await job.json()).toMatchObject({ status: "done" });
    },
    { timeout: 60_000, interval: 200 },
  );
  const result = await worker.fetch(`/v1/jobs/${id}/result`);
  expect(await result.json()).toMatchObject({ text: await familyText("hubert-large") });
}, 90_000);

const ENDPOINTS = {
  ctc: "transcriptions?",
  xvector: "embeddings?",
  "frame-classification": "diarizations?probabilities=true&",
  "sequence-classification": "classifications?",
} as const;

async function post(kind: keyof typeof ENDPOINTS, model: string) {
  const response = await worker.fetch(`/v1/${ENDPOINTS[kind]}model=${model}`, {
    method: "POST",
    body: await wavOf(INPUT),
  });
  expect(response.status).toBe(200);
  return response.json();
}

function expectClose(actual: readonly number[], expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of actual.entries()) {
    expect(Math.abs(value - (expected[index] as number))).toBeLessThan(GOLDEN_TOLERANCE);
  }
}

/** What transformers' processor spells. */
async function familyText(name: (typeof FAMILY_MODELS)[number]["name"]): Promise<string> {
  return JSON.parse(await readFile(familyFile(name, "ctc.text.json"), "utf8"))[INPUT];
}
