/** The SQL that is sent to Analytics Engine, run by DuckDB on the points that Workers write. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AnalyticsDataset,
  analyticsMetrics,
} from "../../../src/telemetry/analytics-engine.ts";
import { createCost } from "../../../src/telemetry/cost.ts";
import { recordCost, recordRequest } from "../../../src/telemetry/record.ts";
import { analyticsRequests } from "../../../src/telemetry/regions/analytics.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const DATASET = "undertone_metrics";
/** Each point stands for so many. */
const SAMPLE_INTERVAL = 2;
const INTERVAL_SECONDS = 60;
/** When all points were written, in seconds since 1970. */
const WRITTEN_AT = Math.floor(Date.now() / 1000);

type Point = Parameters<AnalyticsDataset["writeDataPoint"]>[0];
const points: Point[] = [];
const dataset: AnalyticsDataset = { writeDataPoint: (point) => void points.push(point) };

let database: DuckDBConnection;
let api: Server;
let url: string;
beforeAll(async () => {
  database = await (await DuckDBInstance.create(":memory:")).connect();
  await database.run("SET TimeZone = 'UTC'");
  await database.run(`CREATE TABLE ${DATASET} (index1 TEXT, blob1 TEXT, blob2 TEXT, blob3 TEXT, blob4 TEXT,
    double1 DOUBLE, double2 DOUBLE, double3 DOUBLE, double4 DOUBLE, timestamp TIMESTAMPTZ, _sample_interval INT)`);
  await database.run("CREATE MACRO intDiv(a, b) AS a // b");
  await database.run("CREATE MACRO toUInt32(a) AS CAST(floor(epoch(a)) AS BIGINT)");
  await database.run("CREATE MACRO toDateTime(a) AS to_timestamp(a)");
  api = createServer(async (request, response) => {
    response.end(JSON.stringify({ data: await query(await text(request)) }));
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
});
afterAll(() => {
  api?.close();
  database?.closeSync();
});

/** Moves what was written into the table. */
async function store(): Promise<void> {
  for (const { indexes, blobs, doubles } of points.splice(0)) {
    const texts = [indexes[0], ...Array.from({ length: 4 }, (_, index) => blobs[index] ?? "")];
    const numbers = Array.from({ length: 4 }, (_, index) => doubles[index] ?? 0);
    const values = [
      ...texts.map((value) => `'${value}'`),
      ...numbers,
      `toDateTime(${WRITTEN_AT})`,
      SAMPLE_INTERVAL,
    ];
    await database.run(`INSERT INTO ${DATASET} VALUES (${values.join(", ")})`);
  }
}

/** Runs it but for what ClickHouse writes otherwise; all points weigh the same, so quantiles need no weights. */
async function query(clickHouse: string): Promise<Record<string, unknown>[]> {
  const sql = clickHouse
    .replace(/FORMAT JSON\s*$/, "")
    .replace(
      /quantileExactWeighted\(([\d.]+)\)\((\w+), _sample_interval\)/g,
      "quantile_disc($2, $1)",
    );
  return (await database.runAndReadAll(sql)).getRowObjectsJson() as never;
}

describe("requests by region", () => {
  it("are those that were written, by region and colo", async () => {
    const reader = { url, token: "", dataset: DATASET };
    const log = (region: string) =>
      analyticsRequests({ region, dataset, reader, log: (entry) => expect(entry).toBeNull() });
    const clip = { isOfClip: true, isCold: false, isError: false };
    for (let index = 1; index <= 100; index++) {
      log("eu").note({ ...clip, colo: "FRA", durationMs: index, isCold: index <= 3 });
    }
    log("eu").note({ ...clip, colo: "FRA", durationMs: 9999, isOfClip: false, isError: true });
    log("asia").note({ ...clip, colo: "SIN", durationMs: 70, isError: true });
    await store();
    const summaries = await log("eu").read();
    const byRegion = summaries.toSorted((a, b) => String(a.region).localeCompare(String(b.region)));
    expect(byRegion).toEqual([
      {
        ...{ region: "asia", colo: "SIN", requests: 2, clips: 2, p50Ms: 70, p95Ms: 70 },
        ...{ coldStarts: 0, errors: 2 },
      },
      {
        ...{ region: "eu", colo: "FRA", requests: 202, clips: 200, p50Ms: 50, p95Ms: 95 },
        ...{ coldStarts: 6, errors: 2 },
      },
    ]);
  });
});

describe("metrics", () => {
  beforeAll(async () => {
    const metrics = analyticsMetrics(dataset);
    const request = { route: "/v1/features", method: "POST", status: 200, problem: undefined };
    recordRequest(metrics, { ...request, durationMs: 250, isCold: true });
    recordRequest(metrics, {
      ...{ ...request, status: 503, problem: "queue-full" },
      ...{ durationMs: 50, isCold: false },
    });
    const cost = createCost();
    cost.addDecoded({ decodeMs: 1, resampleMs: 1, seconds: 30 });
    const timings = { queueMs: 1, modelLoadMs: 2, frontendMs: 3, layersMs: 4 };
    const memory = { wasmHeapBytes: 1, heldBufferBytes: 1, readWeightBytes: 600 };
    cost.addComputed({ timings, memory, modelId: "tiny-q8" });
    recordCost(metrics, cost, false);
    metrics.count("undertone_job_ends_total", { status: "done" });
    metrics.count("undertone_webhook_attempts_total", { outcome: "delivered" });
    metrics.count("undertone_spans_total", { outcome: "sent" }, 9);
    metrics.set("undertone_jobs", [{ labels: { status: "queued" }, value: 5 }]);
    metrics.set("undertone_oldest_job_age_seconds", [{ labels: { status: "queued" }, value: 8 }]);
    metrics.set("undertone_pending_webhooks", [{ labels: {}, value: 4 }]);
    await store();
  });

  it("are counted by the query of docs/operating.md", async () => {
    const [, sql = ""] = /```sql\n([^`]+)```/.exec(read("docs/operating.md")) ?? [];
    expect(await query(sql)).toEqual([{ route: "/v1/features", requests: 4 }]);
  });

  const perSecond = (value: number) => (SAMPLE_INTERVAL * value) / INTERVAL_SECONDS;
  it.each<[string, Readonly<Record<string, number>>]>([
    ["Requests by status", { 200: perSecond(1), 503: perSecond(1) }],
    ["Requests by route", { "/v1/features": perSecond(2) }],
    ["Duration of requests, 95 of 100", { "/v1/features": 0.25 }],
    ["Problems by slug", { "queue-full": perSecond(1) }],
    ["Stages that wait, 95 of 100", { queue: 0.001, "model-load": 0.002, store: 0 }],
    ["Cold starts", { "": perSecond(1) }],
    ["Seconds of audio in a second", { "tiny-q8": perSecond(30) }],
    ["Answers computed and kept", { computed: perSecond(1) }],
    ["Weights read", { "tiny-q8": perSecond(600) }],
    ["Clips by region, 95 of 100", { asia: 70, eu: 95 }],
    ["Requests by colo", { FRA: perSecond(101), SIN: perSecond(1) }],
    ["Errors by region", { asia: perSecond(1), eu: perSecond(1) }],
    ["Jobs that have not ended", { queued: 5 }],
    ["Age of the oldest job", { queued: 8 }],
    ["Ends of jobs", { done: perSecond(1) }],
    ["Attempts of webhooks", { delivered: perSecond(1) }],
    ["Webhooks that wait", { "": 4 }],
    ["Spans of traces", { sent: perSecond(9) }],
  ])("are drawn by the panel '%s'", async (title, expected) => {
    const rows = await query(queryOf(title));
    const found = rows.map(({ t, ...columns }) => {
      expect(Number(t) % (INTERVAL_SECONDS * 1000)).toBe(0);
      const values = Object.values(columns);
      return [values.length === 2 ? values[0] : "", Number(values.at(-1))];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it("are drawn by no other panel", () => {
    expect(DASHBOARD.panels).toHaveLength(18);
  });
});

const DASHBOARD: {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly query: string }[];
  }[];
} = JSON.parse(read("ops/grafana/undertone-workers.json"));

/** With the variables and macros that Grafana's data source replaces. */
function queryOf(title: string): string {
  const panel = DASHBOARD.panels.find((one) => one.title === title);
  return String(panel?.targets[0]?.query)
    .replaceAll("$dataset", DATASET)
    .replaceAll("$timeSeries", "(intDiv(toUInt32(timestamp), $interval) * $interval) * 1000")
    .replaceAll("$timeFilter", "timestamp >= toDateTime($from) AND timestamp <= toDateTime($to)")
    .replaceAll("$interval", String(INTERVAL_SECONDS))
    .replaceAll("$from", String(WRITTEN_AT - 3600))
    .replaceAll("$to", String(WRITTEN_AT));
}
