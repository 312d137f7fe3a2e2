import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { LogEntry } from "../../src/log.ts";
import { prometheusMetrics } from "../../src/telemetry/prometheus.ts";
import { isChosen, readTraceparent, writeTraceparent } from "../../src/telemetry/traces/context.ts";
import { createExporter, type SpanSink } from "../../src/telemetry/traces/exporter.ts";
import type { EndedSpan } from "../../src/telemetry/traces/span.ts";
import { createTracer } from "../../src/telemetry/traces/tracer.ts";
import type { Answer } from "../support/jobs/http-server.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/telemetry/otlp-receiver.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN_ID = "00f067aa0ba902b7";
const SAMPLED = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe("traceparent", () => {
  it("is read and written as W3C Trace Context has it", () => {
    const context = { traceId: TRACE_ID, spanId: SPAN_ID, isSampled: true };
    expect(readTraceparent(SAMPLED)).toEqual(context);
    expect(writeTraceparent(context)).toBe(SAMPLED);
    expect(readTraceparent(`00-${TRACE_ID}-${SPAN_ID}-02`)?.isSampled).toBe(false);
    expect(readTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01-what-comes-later`)).toEqual(context);
  });

  it.each([
    undefined,
    "",
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${"0".repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${"0".repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01-more`,
    `cc-${TRACE_ID}-${SPAN_ID}-01more`,
    `00-${TRACE_ID}-${SPAN_ID}`,
    `${SAMPLED}, ${SAMPLED}`,
  ])("is taken for none if it is %j", (header) => {
    expect(readTraceparent(header)).toBeNull();
  });
});

test("a trace that is sampled at a ratio is sampled at each larger one, at 1 always and at 0 never", () => {
  const ids = fc.stringMatching(/^[0-9a-f]{32}$/);
  const ratios = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(ids, ratios, ratios, (id, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      if (isChosen(id, less)) expect(isChosen(id, more)).toBe(true);
      expect([isChosen(id, 0), isChosen(id, 1)]).toEqual([false, true]);
    }),
    {
      examples: [
        ["f".repeat(32), 0, 1],
        ["0".repeat(32), 0, 1],
      ],
    },
  );
});

/** Keeps what it is given. */
function listSink() {
  const spans: EndedSpan[] = [];
  const dropped: string[] = [];
  const sink: SpanSink = {
    push: (span) => void spans.push(span),
    drop: (reason) => void dropped.push(reason),
    flush: async () => {},
  };
  return { spans, dropped, sink };
}
const REQUEST = { name: "GET", kind: "server" } as const;

test("whether a trace is sampled is its caller's to say, and what is not is handed on", () => {
  const { spans, sink } = listSink();
  createTracer(0, sink).begin(REQUEST, SAMPLED).end();
  expect(spans).toMatchObject([{ traceId: TRACE_ID, parentSpanId: SPAN_ID }]);
  const unsampled = createTracer(1, sink).begin(REQUEST, `00-${TRACE_ID}-${SPAN_ID}-00`);
  unsampled.child("database get").end();
  unsampled.end();
  expect(writeTraceparent(unsampled.context)).toBe(`00-${TRACE_ID}-${SPAN_ID}-00`);
  createTracer(0, sink).begin(REQUEST, null).end();
  expect(spans).toHaveLength(1);
});

test("a request has so many spans and no more, its own among them", () => {
  const { spans, dropped, sink } = listSink();
  const request = createTracer(1, sink).begin(REQUEST);
  for (let index = 0; index < 600; index++) request.child("database first", "client").end();
  request.end();
  expect(spans).toHaveLength(512);
  expect(spans.at(-1)).toMatchObject({ kind: "server", parentSpanId: null });
  expect(dropped).toHaveLength(600 - 511);
});

describe("the exporter", () => {
  let receiver: OtlpReceiver;
  let answer: Answer;
  const logged: LogEntry[] = [];
  let metrics = prometheusMetrics();
  const ok: Answer = (_, response) => response.writeHead(200).end("{}");
  beforeEach(async () => {
    answer = ok;
    // What an exporter of another test still sends is counted elsewhere.
    metrics = prometheusMetrics();
    receiver = await startOtlpReceiver((request, response) => answer(request, response));
    logged.length = 0;
  });
  afterEach(() => receiver.close());

  const exporterTo = (url: string) =>
    createExporter({
      url: `${url}/v1/traces`,
      headers: { authorization: "Bearer token-of-the-receiver" },
      resource: { "service.name": "undertone", "cloud.region": undefined },
      metrics,
      log: (entry) => void logged.push(entry),
      keepAlive: () => {},
    });
  const countOf = async (outcome: string) => {
    const text = await metrics.text();
    return Number(
      text.match(new RegExp(`undertone_spans_total\\{outcome="${outcome}"\\} (\\d+)`))?.[1] ?? 0,
    );
  };
  const endMany = (sink: SpanSink, spans: number) => {
    for (let index = 0; index < spans; index++) createTracer(1, sink).begin(REQUEST).end();
  };

  it("sends spans that OpenTelemetry's definitions describe", async () => {
    const exporter = exporterTo(receiver.url);
    const request = createTracer(1, exporter).begin({ ...REQUEST, attributes: { a: 1, b: 0.5 } });
    const child = request.child("files get", "client", { hit: true, missing: undefined });
    child.end("storage-unavailable");
    request.rename("GET /v1/models");
    request.end();
    await exporter.flush();
    const [first, second] = receiver.spans();
    expect(receiver.received[0]?.headers).toMatchObject({
      "content-type": "application/json",
      authorization: "Bearer token-of-the-receiver",
    });
    expect(first).toMatchObject({
      name: "files get",
      kind: "SPAN_KIND_CLIENT",
      parentSpanId: second?.spanId,
      attributes: { hit: true },
      status: { code: "STATUS_CODE_ERROR", message: "storage-unavailable" },
      resource: { "service.name": "undertone" },
    });
    expect(second).toMatchObject({
      name: "GET /v1/models",
      kind: "SPAN_KIND_SERVER",
      traceId: request.context.traceId,
      spanId: request.context.spanId,
      attributes: { a: "1", b: 0.5 },
    });
    const now = BigInt(Date.now()) * 1_000_000n;
    for (const { startTimeUnixNano: start, endTimeUnixNano: end } of receiver.spans()) {
      expect(end).toBeGreaterThanOrEqual(start);
      expect(now - start).toBeLessThan(60_000_000_000n);
    }
  });

  it("gathers what ends within a second, without being asked", async () => {
    endMany(exporterTo(receiver.url), 3);
    await vi.waitFor(() => expect(receiver.spans()).toHaveLength(3), { timeout: 30_000 });
    expect(receiver.received).toHaveLength(1);
  });

  it("drops and counts what comes while too many wait", async () => {
    const before = await countOf("queue-full");
    const exporter = exporterTo(receiver.url);
    endMany(exporter, 2100);
    await exporter.flush();
    expect(receiver.spans()).toHaveLength(2048);
    expect((await countOf("queue-full")) - before).toBe(2100 - 2048);
  });

  it.each([
    ["answers an error", "The receiver answered 503."],
    ["redirects", "The receiver answered 307."],
    ["breaks the connection off", "The receiver cannot be reached."],
    ["is not there", "The receiver cannot be reached."],
    ["does not answer", "The receiver did not answer within 5 s."],
  ])("drops and counts what a receiver does not take that %s", async (how, message) => {
    const answers: Record<string, Answer> = {
      "answers an error": (_, response) => response.writeHead(503).end(),
      redirects: (_, response) => response.writeHead(307, { Location: "/elsewhere" }).end(),
      "breaks the connection off": (_, response) => void response.destroy(),
      "does not answer": () => {},
    };
    answer = answers[how] ?? ok;
    if (how === "is not there") await receiver.close();
    const before = await countOf("receiver");
    const exporter = exporterTo(receiver.url);
    endMany(exporter, 2);
    await exporter.flush();
    expect((await countOf("receiver")) - before).toBe(2);
    expect(logged).toEqual([{ level: "warn", event: "spans-dropped", count: 2, message }]);
    endMany(exporter, 2);
    expect(logged).toHaveLength(1);
  });
});
