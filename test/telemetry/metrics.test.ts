import { readFileSync } from "node:fs";
import parsePrometheus from "parse-prometheus-text-format";
import { expect, test } from "vitest";
import { type AnalyticsDataset, analyticsMetrics } from "../../src/telemetry/analytics-engine.ts";
import { createCost } from "../../src/telemetry/cost.ts";
import { INSTRUMENTS, type Instrument } from "../../src/telemetry/instruments.ts";
import { prometheusMetrics } from "../../src/telemetry/prometheus.ts";
import { recordCost, recordRequest } from "../../src/telemetry/record.ts";

const request = { route: "/v1/features", status: 200, durationMs: 250, isCold: true } as const;

test("each instrument is written with its help and its kind, beside those of the process", async () => {
  const written = parsePrometheus(await prometheusMetrics().text());
  for (const [name, { kind, help }] of Object.entries(INSTRUMENTS)) {
    expect(written.find((metric) => metric.name === name)).toMatchObject({
      help,
      type: kind.toUpperCase(),
    });
  }
  const names = written.map(({ name }) => name);
  expect(names).toContain("nodejs_eventloop_lag_p99_seconds");
  expect(names).toContain("process_resident_memory_bytes");
  expect(names).toContain("nodejs_heap_size_used_bytes");
});

test("counters whose label has known values begin at zero, so that Prometheus sees the first increase", async () => {
  const text = await prometheusMetrics().text();
  expect(text).toContain('undertone_problems_total{slug="pack-damaged"} 0\n');
  for (const [name, { labels, values = [] }] of Object.entries<Instrument>(INSTRUMENTS)) {
    for (const value of values) expect(text).toContain(`${name}{${labels[0]}="${value}"} 0\n`);
  }
});

test("methods that clients make up are one", async () => {
  const metrics = prometheusMetrics();
  for (const method of ["GET", "BREW", "PROPFIND"]) {
    recordRequest(metrics, { ...request, method, problem: undefined });
  }
  const [requests] = parsePrometheus(await metrics.text()).filter(
    ({ name }) => name === "undertone_requests_total",
  );
  const labels = { route: "/v1/features", status: "200" };
  expect(requests?.metrics).toEqual([
    { labels: { ...labels, method: "GET" }, value: "1" },
    { labels: { ...labels, method: "other" }, value: "2" },
  ]);
});

test("points of Analytics Engine have the same names, and the labels in their order", () => {
  const points: Parameters<AnalyticsDataset["writeDataPoint"]>[0][] = [];
  const metrics = analyticsMetrics({ writeDataPoint: (point) => void points.push(point) });
  recordRequest(metrics, { ...request, method: "POST", problem: "queue-full" });
  expect(points).toEqual([
    {
      indexes: ["undertone_requests_total"],
      blobs: ["undertone_requests_total", "/v1/features", "POST", "200"],
      doubles: [1],
    },
    {
      indexes: ["undertone_request_duration_seconds"],
      blobs: ["undertone_request_duration_seconds", "/v1/features"],
      doubles: [0.25],
    },
    {
      indexes: ["undertone_cold_starts_total"],
      blobs: ["undertone_cold_starts_total"],
      doubles: [1],
    },
    {
      indexes: ["undertone_problems_total"],
      blobs: ["undertone_problems_total", "queue-full"],
      doubles: [1],
    },
  ]);
});

test("nothing is said of stages that compute where the clock stands still", () => {
  const stages: string[] = [];
  const metrics = analyticsMetrics({
    writeDataPoint({ blobs: [name, stage] }) {
      if (name === "undertone_stage_duration_seconds") stages.push(String(stage));
    },
  });
  const cost = createCost();
  const timings = { queueMs: 1, modelLoadMs: 2, frontendMs: 3, layersMs: 4 };
  const memory = { wasmHeapBytes: 1, heldBufferBytes: 1, readWeightBytes: 1 };
  cost.addComputed({ timings, memory, modelId: "tiny" });
  recordCost(metrics, cost, false);
  expect(stages).toEqual(["queue", "model-load", "store"]);
});

test("docs/operating.md lists each instrument, with its labels and its help", () => {
  const path = new URL("../../docs/operating.md", import.meta.url);
  const rows = readFileSync(path, "utf8").split("\n");
  for (const [name, { kind, help, labels }] of Object.entries(INSTRUMENTS)) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` `));
    const cells = row?.split("|").map((cell) => cell.trim().replaceAll("`", ""));
    expect(cells?.slice(1, 5)).toEqual([name, labels.join(", "), kind, help]);
  }
});
