import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_WINDOW_SECONDS } from "../../../src/model/engine/windows/plan.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { bootStagedWorker } from "../../../support/runtimes/stages.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";
import { expectDiarizedByVoices, installDiarizers } from "../../support/jobs/by-voices.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { checkOf, diagnose, expectBroken } from "../../support/self-test.ts";
import {
  drawTrace,
  type OtlpReceiver,
  pathOf,
  startOtlpReceiver,
} from "../../support/telemetry/otlp-receiver.ts";

const MODELS = ["tiny-group", "tiny-layer"] as const;
const EVERYTHING = "layers=0,1,2,3,last_hidden_state,extract_features";

async function install(worker: BootedWorker): Promise<void> {
  for (const model of MODELS) await installGolden(worker.bucket, model, "q8");
  await installGolden(worker.bucket, "tiny-xvector", "fp32");
  await installGolden(worker.bucket, "tiny-group-convbias-oddpos", "fp32");
}

async function digestOf(worker: BootedWorker, query: string, body = CLIP): Promise<string> {
  const headers = { "Cache-Control": "no-store" };
  const response = await worker.fetch(`/v1/features?${query}`, { method: "POST", body, headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(response.status, new TextDecoder().decode(bytes).slice(0, 500)).toBe(200);
  return createHash("sha256").update(bytes).digest("hex");
}

const CLIP = readClip("wav/s16-22050-2.wav");
const QUERIES = MODELS.flatMap((model) =>
  ["npz", "safetensors"].map((format) => `model=${model}-q8&${EVERYTHING}&format=${format}`),
);

let expected: string[];
let expectedEmbedding: unknown;
beforeAll(async () => {
  const alone = await bootWorker();
  await install(alone);
  expected = await Promise.all(QUERIES.map((query) => digestOf(alone, query)));
  expectedEmbedding = await embeddingOf(alone);
  await alone.stop();
});

async function embeddingOf(worker: BootedWorker): Promise<unknown> {
  const body = chirp(16_000);
  const response = await worker.fetch("/v1/embeddings?model=tiny-xvector-fp32", {
    method: "POST",
    body,
  });
  expect(response.status).toBe(200);
  return (await response.json()).embedding;
}

const CLIENT_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLIENT_SPAN = "00f067aa0ba902b7";

describe.each([1, 2, 3])("a Worker in front of %i stages", (stages) => {
  let worker: BootedWorker;
  let traces: OtlpReceiver;
  let webhooks: TestServer;
  beforeAll(async () => {
    traces = await startOtlpReceiver();
    webhooks = await startHttpServer((_, response) => response.writeHead(204).end());
    // What nobody asks to have traced is not.
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_TRACES_SAMPLER_ARG: "0" };
    const vars = { DEFAULT_MODEL: "tiny-group-q8", ...traced };
    worker = await bootStagedWorker(stages, vars, { vars: traced });
    await install(worker);
  });
  afterAll(async () => {
    await worker?.stop();
    await Promise.all([traces?.close(), webhooks?.close()]);
  });

  it("answers with the bytes of one Worker alone", async () => {
    for (const [index, query] of QUERIES.entries()) {
      expect(await digestOf(worker, query), query).toBe(expected[index]);
    }
    expect(await embeddingOf(worker)).toEqual(expectedEmbedding);
  });

  it("answers each of many clips at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => digestOf(worker, QUERIES[0])),
    );
    expect(new Set(answers)).toEqual(new Set([expected[0]]));
  });

  it("has a job computed", async () => {
    const submitted = await worker.fetch(`/v1/jobs?${QUERIES[0]}`, { method: "POST", body: CLIP });
    expect(submitted.status).toBe(202);
    const { id } = await submitted.json();
    const result = async () => (await worker.fetch(`/v1/jobs/${id}/result`)).status;
    await expect.poll(result, { timeout: 30_000 }).toBe(200);
  });

  if (stages === 2) {
    it("diarizes a recording by voices, whose pack and x-vector pack the stages compute in turn", async () => {
      await installDiarizers(worker.bucket);
      await expectDiarizedByVoices(worker.fetch, DEFAULT_WINDOW_SECONDS);
    });
  }

  it("gives one trace from the request over its job and the stages to the webhook", async () => {
    expect(traces.spans()).toEqual([]);
    expect((await worker.fetch("/v1/webhook-secrets", { method: "POST" })).status).toBe(201);
    const callback = `${webhooks.url}/done?token=secret-of-the-receiver`;
    const query = new URLSearchParams({ layers: "1,2,3", callback_url: callback });
    const submitted = await worker.fetch(`/v1/jobs?${query}`, {
      method: "POST",
      body: CLIP,
      headers: { traceparent: `00-${CLIENT_TRACE}-${CLIENT_SPAN}-01` },
    });
    expect(submitted.status).toBe(202);
    await expect.poll(() => webhooks.received, { timeout: 60_000 }).toHaveLength(1);
    const pathsIn = (spans: ReturnType<typeof traces.spans>) =>
      spans.map((span) => pathOf(span, spans, CLIENT_SPAN)?.join(" > ") ?? `? > ${span.name}`);
    const job = "POST /v1/jobs > process job";
    const delivery = `${job} > process delivery`;
    await expect
      .poll(() => pathsIn(traces.spans()), { timeout: 60_000 })
      .toEqual(expect.arrayContaining(["POST /v1/jobs", job, delivery]));
    const spans = traces.spans();
    const paths = pathsIn(spans);
    const drawn = drawTrace(spans);
    for (let stage = 1; stage <= stages; stage++) {
      expect(paths, drawn).toContain(`${job} > compute > STAGE_${stage} > stage ${stage}`);
    }
    for (const path of [
      "POST /v1/jobs > database first",
      "POST /v1/jobs > files putPieces > r2 putPieces",
      "POST /v1/jobs > queue send",
      `${job} > prepare clip > decode`,
      `${job} > prepare clip > resample`,
      `${job} > compute > segment 3 of 3`,
      `${job} > files put > r2 put`,
      `${delivery} > POST`,
    ]) {
      expect(paths, drawn).toContain(path);
    }
    expect(paths.filter((path) => path.startsWith("?"))).toEqual([]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([CLIENT_TRACE]));
    const services = new Set(spans.map(({ resource }) => resource["service.name"]));
    expect(services.size).toBe(1 + stages);
    const sent = spans.find((span) => paths[spans.indexOf(span)] === `${delivery} > POST`);
    expect(sent?.attributes).toMatchObject({
      "server.address": "127.0.0.1",
      "http.response.status_code": "204",
    });
    expect(webhooks.received[0]?.headers.traceparent).toBe(`00-${CLIENT_TRACE}-${sent?.spanId}-01`);
    expect(JSON.stringify(traces.received)).not.toContain("secret-of-the-receiver");
  });

  it("is found well by undertone doctor, with all weights in memory", async () => {
    const diagnosis = await diagnose(worker.url);
    expectBroken(diagnosis, []);
    expect(checkOf(diagnosis, "numbers").detail).toContain("(wasm, 1 thread)");
    expect(checkOf(diagnosis, "model").status).toBe("ok");
    expect(checkOf(diagnosis, "weights").status).toBe("ok");
    expect(checkOf(diagnosis, "heap").detail).toContain("at most 112 MB");
  });

  it("refuses a model of fewer layers than stages, with what to do", async () => {
    const path = "/v1/features?model=tiny-group-convbias-oddpos-fp32&pool=mean";
    const response = await worker.fetch(path, { method: "POST", body: CLIP });
    const { detail, type } = await response.json();
    if (stages <= 2) expect(response.status).toBe(200);
    else {
      expect(response.status).toBe(503);
      expect(type).toContain("pack-unsupported");
      expect(detail).toContain("deploy with at most 2 stages");
    }
  });

  it("stops the stages when the client goes away, and computes the next clip", async () => {
    const long = chirp(16_000 * 20);
    const path = `/v1/features?model=tiny-group-q8&layers=last&format=npy`;
    const before = worker.logs().length;
    const since = () => worker.logs().slice(before);
    expect(await worker.postAndLeave(path, long, 150)).toBeNull();
    expect(await digestOf(worker, QUERIES[0])).toBe(expected[0]);
    const entries = () => since().filter(({ status }) => status === 499);
    await expect.poll(() => entries().length, { timeout: 10_000 }).toBe(1);
    expect(since().filter(({ event }) => event === "stage-failed")).toEqual([]);
  });
});

describe("a Worker whose stages do not fit", () => {
  it.each([
    {
      what: "other code",
      vars: { ENGINE_DIGEST: "0".repeat(64) },
      sentence: "runs another version of Undertone",
      named: ["numbers", "model"],
    },
    {
      what: "another bucket of packs",
      packsOfLast: "packs-of-another-service",
      sentence: "stage 2 finds no such pack: bind the same PACKS bucket to all stages",
      named: ["model"],
    },
  ])(
    "answers 503 with what to do, and the doctor names it: $what",
    async ({ vars, packsOfLast, sentence, named }) => {
      const worker = await bootStagedWorker(2, vars, { packsOfLast });
      try {
        await install(worker);
        const path = `/v1/features?${QUERIES[0]}`;
        const response = await worker.fetch(path, { method: "POST", body: CLIP });
        expect(response.status).toBe(503);
        expect(response.headers.get("Retry-After")).toBe("10");
        const { type, detail } = await response.json();
        expect(type).toContain("stage-mismatch");
        expect(detail).toContain(sentence);
        const diagnosis = await diagnose(worker.url);
        expectBroken(diagnosis, named);
        for (const name of named) {
          expect(checkOf(diagnosis, name)).toMatchObject({
            detail: "stage-mismatch",
            advice: expect.stringContaining(sentence),
          });
        }
      } finally {
        await worker.stop();
      }
    },
  );
});
