import { beforeAll, describe, expect, test } from "vitest";
import { EmbeddingSchema } from "../../../src/http/embeddings/schema.ts";
import { GOLDEN_TOLERANCE } from "../../../support/packs/golden.ts";
import { readNpy } from "../../support/http/answer-readers.ts";
import { bytesOf, problemOf, type Service } from "../../support/http/service.ts";
import { ask, startTaskService, wavOf } from "../../support/http/tasks.ts";
import { GOLDEN_HEADS, goldenHeadVectors } from "../../support/model/golden-heads.ts";

let service: Service;
let clip: Uint8Array<ArrayBuffer>;
let golden: Float32Array;

beforeAll(async () => {
  service = await startTaskService();
  clip = await wavOf("x16000");
  const vectors = await goldenHeadVectors(GOLDEN_HEADS[0] as (typeof GOLDEN_HEADS)[number]);
  golden = vectors.get("x16000")?.embeddings as Float32Array;
});

async function embed(address: string, model: string) {
  const response = await ask(service, address, model, clip);
  expect(response.status).toBe(200);
  return EmbeddingSchema.parse(await response.json());
}

const largest = (a: readonly number[], b: ArrayLike<number>) =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] as number))));

describe("POST /v1/embeddings", () => {
  test("gives the speaker head's vector where there is one", async () => {
    const { method, size, embedding, l2 } = await embed("embeddings", "tiny-xvector");
    expect({ method, size, l2 }).toEqual({ method: "xvector", size: 32, l2: false });
    expect(largest(embedding, golden)).toBeLessThan(GOLDEN_TOLERANCE);
  });

  test("scales it to length 1 on request", async () => {
    const { embedding } = await embed("embeddings?l2=true", "tiny-xvector");
    const length = Math.hypot(...golden);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 6);
    expect(
      largest(
        embedding,
        golden.map((value) => value / length),
      ),
    ).toBeLessThan(GOLDEN_TOLERANCE);
  });

  test("pools the last hidden state where there is none", async () => {
    const { method, pool, layer, embedding } = await embed("embeddings", "tiny-group");
    expect({ method, pool, layer }).toEqual({
      method: "pooled",
      pool: "mean",
      layer: "hidden_states.3",
    });
    const features = await ask(service, "features?pool=mean&format=npy", "tiny-group", clip);
    expect(embedding.map(Math.fround)).toEqual(readNpy(await bytesOf(features)).values);
  });

  test("pools what is asked for, speaker head or not", async () => {
    const weighted = await embed("embeddings?layers=weighted&pool=max", "tiny-xvector");
    expect(weighted).toMatchObject({ method: "pooled", pool: "max", layer: "weighted", size: 48 });
    const features = await ask(
      service,
      "features?layers=weighted&pool=max&format=npy",
      "tiny-xvector",
      clip,
    );
    expect(weighted.embedding.map(Math.fround)).toEqual(readNpy(await bytesOf(features)).values);
    const both = await embed("embeddings?pool=mean_std&layers=0", "tiny-group");
    expect(both).toMatchObject({ layer: "hidden_states.0", size: 96 });
  });

  test("has the headers of every answer", async () => {
    const { headers } = await ask(service, "embeddings", "tiny-xvector", clip);
    expect(headers.get("X-Undertone-Model")).toBe("tiny-xvector-fp32");
    expect(headers.get("Server-Timing")).toMatch(/^queue;dur=/);
  });

  test("refuses clips that are too short for the speaker head, and says how short", async () => {
    const response = await ask(service, "embeddings", "tiny-xvector", await wavOf("x16000[:5199]"));
    const problem = await problemOf(response);
    expect(problem).toMatchObject({
      type: "/problems/clip-too-short",
      status: 422,
      minimum_samples: 5200,
    });
    expect(problem.detail).toContain("5200 (0.325 s)");
    const enough = await ask(service, "embeddings", "tiny-xvector", await wavOf("x16000[:5200]"));
    const { embedding } = EmbeddingSchema.parse(await enough.json());
    expect(embedding.every(Number.isFinite)).toBe(true);
  });

  test.each([
    ["layers=all", /one output/],
    ["pool=none", /mean, mean_std, max/],
    ["l2=yes", /true, false/],
    ["layers=weighted&layer_weights=1,2", /are 2/],
    ["layers=weighted&layer_weights=1,x", /numbers with commas/],
  ])("refuses %s", async (query, detail) => {
    const problem = await problemOf(await ask(service, `embeddings?${query}`, "tiny-group", clip));
    expect(problem).toMatchObject({ type: "/problems/invalid-option", status: 422 });
    expect(problem.detail).toMatch(detail);
  });

  test("names its own options where one is unknown", async () => {
    const problem = await problemOf(
      await ask(service, "embeddings?format=npy", "tiny-group", clip),
    );
    expect(problem).toMatchObject({
      type: "/problems/unknown-option",
      known: [
        "model",
        "channel",
        "track",
        "start",
        "end",
        "skip_silence",
        "l2",
        "pool",
        "layers",
        "layer_weights",
      ],
    });
  });

  test("takes options from a form as from the query", async () => {
    const form = new FormData();
    form.set("l2", "true");
    form.set("model", "tiny-xvector-fp32");
    form.set("file", new Blob([clip]), "clip.wav");
    const response = await service.app.request("/v1/embeddings", { method: "POST", body: form });
    expect(await response.json()).toMatchObject({ l2: true, method: "xvector" });
  });
});
