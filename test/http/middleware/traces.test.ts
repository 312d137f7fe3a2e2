import { afterEach, beforeEach, expect, it } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import { openTracer } from "../../../src/platform/traces.ts";
import { NO_METRICS } from "../../../src/telemetry/metrics.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import type { Tracer } from "../../../src/telemetry/traces/tracer.ts";
import { chirp } from "../../support/http/service.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { type JobService, jsonBody, startJobService } from "../../support/jobs/job-service.ts";
import {
  type OtlpReceiver,
  pathOf,
  startOtlpReceiver,
} from "../../support/telemetry/otlp-receiver.ts";

const CLIP = chirp(8000);

let receiver: OtlpReceiver;
let others: TestServer;
let tracer: Tracer;
let service: JobService;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  others = await startHttpServer(({ method }, response) =>
    response.end(method === "GET" ? CLIP : ""),
  );
  await start(1);
});
afterEach(() => Promise.all([receiver.close(), others.close()]));

async function start(ratio: number): Promise<void> {
  const opened = openTracer({
    traces: { url: `${receiver.url}/v1/traces`, headers: {}, ratio },
    ...{ runtime: "nodejs", region: "eu-west", version: "1.2.3", metrics: NO_METRICS },
    log: () => {},
    keepAlive: () => {},
  });
  if (opened === null) throw new Error("nothing is traced");
  tracer = opened;
  service = await startJobService({ telemetry: createTelemetry(NO_METRICS, tracer) });
}

async function received() {
  await tracer.flush();
  const spans = receiver.spans();
  return {
    spans,
    paths: spans.map((span) => pathOf(span, spans)?.join(" > ") ?? `? > ${span.name}`),
  };
}

it("a clip is decoded and computed below its request, whose log line names the trace", async () => {
  const query = "/v1/features?layers=1,2&token=not-an-option";
  await service.app.request(query, { method: "POST", body: CLIP });
  const answer = await service.app.request("/v1/features?layers=1,2", {
    method: "POST",
    body: CLIP,
  });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  const { spans, paths } = await received();
  const request = spans.find(({ attributes }) => attributes["http.response.status_code"] === "200");
  expect(request).toMatchObject({
    name: "POST /v1/features",
    kind: "SPAN_KIND_SERVER",
    parentSpanId: "",
    attributes: { "http.route": "/v1/features", "undertone.model": "tiny-group-fp32" },
    resource: {
      "service.name": "undertone",
      "cloud.region": "eu-west",
      "service.version": "1.2.3",
    },
  });
  const below = [
    "prepare clip > decode",
    "prepare clip > resample",
    "compute > wait for turn",
    "compute > segment 1 of 2",
    "compute > segment 2 of 2",
    "database first",
  ];
  expect(paths).toEqual(expect.arrayContaining(below.map((path) => `POST /v1/features > ${path}`)));
  const line = service.logged.find(({ status }) => status === 200);
  expect(line?.trace_id).toBe(request?.traceId);
  expect(JSON.stringify(receiver.received)).not.toContain("not-an-option");
});

it("a job by URL and its webhook are of one trace, which has no query, no key and no secret", async () => {
  const { secret } = await (
    await service.app.request("/v1/webhook-secrets", { method: "POST" })
  ).json();
  const { token } = await createKey(
    service.platform.database,
    { scopes: ["jobs"], requestsPerMinute: 60 },
    Date.now(),
  );
  const { secret: ofKey } = await (
    await service.app.request("/v1/webhook-secrets", {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
    })
  ).json();
  const { body, headers } = jsonBody({
    audio: { url: `${others.url}/clip?sign=secret-of-the-url` },
  });
  const query = `?pool=mean&callback_url=${others.url}/done`;
  await service.submit(body, query, { ...headers, Authorization: `Bearer ${token}` });
  await service.drain();
  const { spans, paths } = await received();
  const job = "POST /v1/jobs > process job";
  expect(paths).toEqual(
    expect.arrayContaining([
      `${job} > prepare clip`,
      `${job} > compute`,
      `${job} > process delivery > POST`,
    ]),
  );
  expect(paths.filter((path) => path.startsWith("?"))).toEqual([]);
  const ofJob = spans.filter((span) => paths[spans.indexOf(span)]?.startsWith("POST /v1/jobs"));
  expect(new Set(ofJob.map(({ traceId }) => traceId)).size).toBe(1);
  const [fetched, delivered] = others.received;
  expect(fetched?.headers.traceparent).toBeUndefined();
  const attempt = ofJob.find(({ name }) => name === "POST");
  expect(delivered?.headers.traceparent).toBe(`00-${attempt?.traceId}-${attempt?.spanId}-01`);
  const exported = JSON.stringify(receiver.received);
  for (const hidden of ["secret-of-the-url", token, secret, ofKey]) {
    expect(exported).not.toContain(hidden);
  }
});

it("a refused request and one whose storage is out say so by their slug", async () => {
  await service.app.request("/v1/jobs/job_00000000000000000000000000000000");
  service.shutDatabase();
  await service.app.request("/v1/jobs/job_00000000000000000000000000000000");
  const { spans } = await received();
  const requests = spans.filter(({ kind }) => kind === "SPAN_KIND_SERVER");
  expect(requests.map(({ attributes }) => attributes["error.type"])).toEqual([
    "unknown-job",
    "storage-unavailable",
  ]);
  expect(requests.map(({ status }) => status?.code)).toEqual([undefined, "STATUS_CODE_ERROR"]);
  const reads = spans.filter(({ name }) => name === "database first");
  expect(reads.at(-1)?.status).toMatchObject({ message: "storage-unavailable" });
});

it("health and metrics are not traced, nor is a request whose caller does not sample it", async () => {
  for (const path of ["/healthz", "/readyz", "/metrics"]) await service.app.request(path);
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
  const query = `?pool=mean&callback_url=${others.url}/done`;
  await service.app.request("/v1/webhook-secrets", { method: "POST", headers: { traceparent } });
  await service.submit(CLIP, query, { traceparent });
  await service.drain();
  expect((await received()).spans).toEqual([]);
  expect(others.received[0]?.headers.traceparent).toBe(traceparent);
  expect(service.logged.filter((line) => "trace_id" in line)).toEqual([]);
});

it("a receiver that is away fails no request", async () => {
  await receiver.close();
  const answer = await service.app.request("/v1/features?pool=mean", {
    method: "POST",
    body: CLIP,
  });
  expect(answer.status).toBe(200);
  await tracer.flush();
});
