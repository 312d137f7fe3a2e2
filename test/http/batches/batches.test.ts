import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { rotateSecret } from "../../../src/webhooks/secrets.ts";
import { queryParquet } from "../../support/duckdb.ts";
import { bytesOf, chirp, post, problemOf } from "../../support/http/service.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

let files: TestServer;
beforeAll(async () => {
  files = await startHttpServer(({ method, path }, response) => {
    const samples = /^\/(\d+)\.wav$/.exec(path)?.[1];
    if (method === "POST") response.end();
    else if (samples === undefined) response.writeHead(404).end();
    else response.end(chirp(Number(samples)));
  });
});
afterAll(() => files?.close());

let service: JobService;
beforeEach(async () => {
  service = await startJobService();
});

const line = (samples: number, rest: object = {}) =>
  JSON.stringify({ url: `${files.url}/${samples}.wav`, ...rest });

async function submit(lines: readonly string[], query = "", headers: HeadersInit = {}) {
  const init = { method: "POST", body: lines.join("\n"), headers };
  return await service.app.request(`/v1/batches${query}`, init);
}

async function begin(lines: readonly string[], query = ""): Promise<string> {
  const response = await submit(lines, query);
  expect(response.status).toBe(202);
  const { id } = await response.json();
  expect(response.headers.get("Location")).toBe(`/v1/batches/${id}`);
  return id;
}

const batch = async (id: string) => (await service.app.request(`/v1/batches/${id}`)).json();
const results = async (id: string) => {
  const response = await service.app.request(`/v1/batches/${id}/results`);
  const text = await response.text();
  return text
    .trim()
    .split("\n")
    .map((entry) => JSON.parse(entry));
};

describe("a batch", () => {
  test("computes each line with its own options and lists them in their order", async () => {
    const id = await begin(
      [line(600, { id: "a" }), line(610, { id: "b", options: { pool: "max" } }), "", line(620)],
      "?pool=mean&metadata=[1]",
    );
    expect(await batch(id)).toMatchObject({
      status: "running",
      lines: 3,
      counts: { queued: 3, running: 0, done: 0, failed: 0, cancelled: 0 },
      metadata: [1],
      results_url: null,
    });
    await service.drain();
    expect(await batch(id)).toMatchObject({
      status: "done",
      counts: { queued: 0, running: 0, done: 3, failed: 0, cancelled: 0 },
      results_url: `/v1/batches/${id}/results`,
    });
    const listed = await results(id);
    expect(listed.map(({ line, id, status }) => [line, id, status])).toEqual([
      [1, "a", "done"],
      [2, "b", "done"],
      [3, null, "done"],
    ]);
    const direct = await post(service, "?pool=max&format=npy", chirp(610));
    const ofJob = await service.app.request(`${listed[1].result}?format=npy`);
    expect(await bytesOf(ofJob)).toEqual(await bytesOf(direct));
    expect(await service.job(listed[1].job_id)).toMatchObject({
      batch: { id, line: 2, line_id: "b" },
      options: { pool: "max" },
    });
  });

  test("takes numbers in options as JSON writes them", async () => {
    const id = await begin([line(800, { options: { channel: 0, end: 0.04, pool: "max" } })]);
    await service.drain();
    const [{ job_id }] = await results(id);
    expect(await service.job(job_id)).toMatchObject({
      status: "done",
      options: { channel: "0", end: "0.04", pool: "max" },
    });
  });

  test("says of each broken line what is wrong with it, and computes the others", async () => {
    const broken: [string, string][] = [
      ["{", "batch-line-invalid"],
      [line(600, { id: "a".repeat(16 * 1024) }), "batch-line-invalid"],
      [`{"url": "${files.url}", ${"[".repeat(8000)}`, "batch-line-invalid"],
      [`${"[".repeat(8000)}${"]".repeat(8000)}`, "batch-line-invalid"],
      ["[]", "batch-line-invalid"],
      ["{}", "batch-line-invalid"],
      [line(1, { url: 7 }), "batch-line-invalid"],
      [line(600, { priority: 1 }), "batch-line-invalid"],
      [line(600, { id: 7 }), "batch-line-invalid"],
      [line(600, { id: "a".repeat(201) }), "batch-line-invalid"],
      [line(600, { id: "twice" }), "batch-line-invalid"],
      [line(600, { options: { pool: null } }), "batch-line-invalid"],
      [line(600, { options: { pool: 3 } }), "invalid-option"],
      [line(600, { options: { pool: "median" } }), "invalid-option"],
      [line(600, { options: { pooling: "mean" } }), "unknown-option"],
      [line(600, { options: { layers: "4" } }), "layer-out-of-range"],
      [line(600, { options: { layers: "all", format: "npy" } }), "one-layer-only"],
      [line(600, { options: { model: "nope" } }), "unknown-model"],
      [line(600, { url: "gopher://a.dev/" }), "url-not-allowed"],
      [line(600, { url: `${files.url}/absent` }), "url-refused"],
      [line(10), "clip-too-short"],
    ];
    const id = await begin([line(600, { id: "twice" }), ...broken.map(([text]) => text)]);
    await service.drain();
    expect((await batch(id)).counts).toMatchObject({ done: 1, failed: broken.length });
    const [first, ...others] = await results(id);
    expect(first.status).toBe("done");
    expect(others.map(({ problem }) => problem.type)).toEqual(
      broken.map(([, slug]) => `/problems/${slug}`),
    );
    for (const { problem } of others) expect(problem.detail).not.toBe("");
  });

  test("of more lines than become jobs at once takes them all, each once", async () => {
    const lines = Array.from({ length: 1234 }, (_, index) =>
      index % 100 === 0 ? line(500 + index / 100) : line(500, { url: "ftp://nowhere/" }),
    );
    const id = await begin(lines);
    await service.drain();
    expect((await batch(id)).counts).toMatchObject({ done: 13, failed: 1221 });
    const numbers = (await results(id)).map((entry) => entry.line);
    expect(numbers).toEqual(lines.map((_, index) => index + 1));
    expect(await service.platform.files.list("batches/")).toEqual([`batches/${id}/results.jsonl`]);
  });

  test("sends one webhook when it ends, with a link to its results", async () => {
    await rotateSecret(service.platform.database, null, 0, service.clock.nowMs);
    const id = await begin(
      [line(600), line(601), "{"],
      `?callback_url=${encodeURIComponent(`${files.url}/hook`)}&metadata="m"`,
    );
    await service.drain();
    const webhooks = files.received.filter(({ method }) => method === "POST");
    expect(webhooks).toHaveLength(1);
    const { type, data } = JSON.parse(webhooks[0]?.body ?? "");
    expect(type).toBe("batch.done");
    expect(data).toMatchObject({
      id,
      status: "done",
      metadata: "m",
      counts: { done: 2, failed: 1 },
    });
    const { pathname, search } = new URL(data.results.url);
    expect(pathname).toBe(`/v1/batches/${id}/results`);
    const keyed = await startJobService({
      database: service.platform.database,
      files: service.platform.files,
      isOpen: false,
    });
    const { createKey } = await import("../../../src/keys/table.ts");
    await createKey(service.platform.database, { scopes: ["jobs"], requestsPerMinute: 1 }, 0);
    expect((await keyed.app.request(pathname + search)).status).toBe(200);
    expect((await keyed.app.request(pathname)).status).toBe(401);
    expect((await keyed.app.request(`${pathname}${search}0`)).status).toBe(403);
  });

  test("keeps the results of its first lines until it ends, however long it takes", async () => {
    const id = await begin([line(630), line(631)]);
    await service.consumeOne();
    await service.consumeOne();
    const ttlMs = service.platform.settings.resultTtlMs;
    for (let half = 0; half < 5; half++) {
      service.clock.nowMs += ttlMs / 2;
      await service.background.consume({ kind: "batch", id });
      await service.background.sweep();
    }
    await service.drain();
    for (const { result } of await results(id)) {
      expect((await service.app.request(result)).status).toBe(200);
    }
  });

  test("may have 10,000 lines, and lists them all in their order", async () => {
    const id = await begin(Array(10_000).fill('{"url": "ftp://a.dev"}'));
    await service.drain();
    expect(await batch(id)).toMatchObject({ status: "done", counts: { failed: 10_000 } });
    const numbers = (await results(id)).map((entry) => entry.line);
    expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    const file = await service.app.request(`/v1/batches/${id}/results?format=parquet`);
    const [rows] = await queryParquet(
      await bytesOf(file),
      `SELECT count(*) AS rows, list(DISTINCT problem) AS problems
        FROM read_parquet(FILE, file_row_number = true) WHERE line = file_row_number + 1`,
    );
    expect(rows).toEqual({ rows: "10000", problems: ["url-not-allowed"] });
  });

  test("is the same when its request is repeated with the same Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "b-1" };
    const first = await (await submit([line(600)], "", headers)).json();
    expect((await (await submit([line(600)], "", headers)).json()).id).toBe(first.id);
    const other = await submit([line(601)], "", headers);
    expect((await problemOf(other)).type).toBe("/problems/idempotency-key-reused");
  });
});

describe("cancelling a batch", () => {
  test("stops the lines that have not begun, and lists all of them", async () => {
    const id = await begin(Array.from({ length: 6 }, (_, index) => line(640 + index)));
    for (let message = 0; message < 3; message++) await service.consumeOne();
    const response = await service.app.request(`/v1/batches/${id}/cancel`, { method: "POST" });
    expect(response.status).toBe(202);
    await service.drain();
    const { status, counts } = await batch(id);
    expect(status).toBe("cancelled");
    expect(counts).toEqual({ queued: 0, running: 0, done: 2, failed: 0, cancelled: 4 });
    const listed = await results(id);
    expect(listed.map((entry) => entry.status).toSorted()).toEqual([
      ...Array(4).fill("cancelled"),
      "done",
      "done",
    ]);
    const cancelled = listed.find((entry) => entry.status === "cancelled");
    const problem = await problemOf(
      await service.app.request(`/v1/jobs/${cancelled.job_id}/result`),
    );
    expect(problem.type).toBe("/problems/job-not-successful");
  });

  test("stops lines that are no jobs yet", async () => {
    const id = await begin(Array.from({ length: 900 }, () => line(650)));
    await service.consumeOne();
    await service.app.request(`/v1/batches/${id}/cancel`, { method: "POST" });
    await service.drain();
    const { status, counts } = await batch(id);
    expect(status).toBe("cancelled");
    expect(counts.cancelled).toBe(900);
  });

  test("goes on where whoever was asked to died", async () => {
    const { database } = service.platform;
    const id = await begin(Array.from({ length: 600 }, () => line(650)));
    await service.consumeOne();
    await database.run(sql`UPDATE batches SET cancelled = 1 WHERE id = ${id}`);
    await service.platform.queue.send([{ kind: "batch", id }]);
    await service.background.consume({ kind: "batch", id });
    await service.drain();
    expect(await batch(id)).toMatchObject({ status: "cancelled", counts: { cancelled: 600 } });
  });

  test("leaves one that has ended as it is", async () => {
    const id = await begin([line(600)]);
    await service.drain();
    await service.app.request(`/v1/batches/${id}/cancel`, { method: "POST" });
    await service.drain();
    expect((await batch(id)).status).toBe("done");
  });
});

describe("batches are refused", () => {
  test("where none of its lines is a JSON object, and taken where one is", async () => {
    const nothing = ["[", "[]", "7", "null", "url,id", "a".repeat(20_000), line(600).slice(1)];
    const refused = await submit(nothing);
    expect(await problemOf(refused)).toMatchObject({
      type: "/problems/batch-not-jsonl",
      status: 400,
    });
    const id = await begin([...nothing, line(600)]);
    await service.drain();
    expect((await batch(id)).counts).toMatchObject({ done: 1, failed: nothing.length });
  });

  test("no line of them is cut short by its length in characters: bytes count", async () => {
    const lineOf = (bytes: number) => {
      const around = new TextEncoder().encode(line(600, { metadata: "é" })).length - 2;
      return line(600, { metadata: "é".repeat((bytes - around) / 2) });
    };
    const id = await begin([line(600), lineOf(16 * 1024), lineOf(16 * 1024 + 2)]);
    await service.drain();
    const [, fits, exceeds] = await results(id);
    expect(fits.problem.detail).toMatch(/metadata/);
    expect(exceeds.problem.detail).toMatch(/has 16386 bytes; at most 16384/);
  });

  test("that are not UTF-8 are broken, line by line", async () => {
    const body = new Uint8Array([...new TextEncoder().encode(`${line(600)}\n{"url":"`), 0xe9]);
    const answer = await service.app.request("/v1/batches", { method: "POST", body });
    const { id } = await answer.json();
    await service.drain();
    expect((await results(id))[1].problem.detail).toMatch(/is not JSON in UTF-8/);
  });

  test.each([
    ["nothing", "", [], "empty-body", 400],
    ["empty lines", "", ["", " "], "empty-body", 400],
    ["10,001 lines", "", Array(10_001).fill("{}"), "batch-too-long", 413],
    ["10,001 empty lines", "", [...Array(10_001).fill(" "), "{}"], "batch-too-long", 413],
    ["too many bytes", "", ["a".repeat(400_001)], "body-too-large", 413],
    ["an unknown option", "?x=1", ["{}"], "unknown-option", 422],
    ["a bad option", "?pool=median", ["{}"], "invalid-option", 422],
    ["an unknown model", "?model=nope", ["{}"], "unknown-model", 404],
    ["a bad callback", "?callback_url=ftp://a.dev/", ["{}"], "url-not-allowed", 422],
  ] as [string, string, string[], string, number][])(
    "with %s",
    async (_what, query, lines, slug, status) => {
      const response = await submit(lines, query);
      expect(await problemOf(response)).toMatchObject({ type: `/problems/${slug}`, status });
    },
  );

  test("where there is none of that id", async () => {
    for (const [path, method] of [
      ["/v1/batches/batch_0", "GET"],
      ["/v1/batches/batch_0/results", "GET"],
      ["/v1/batches/batch_0/cancel", "POST"],
    ] as const) {
      const problem = await problemOf(await service.app.request(path, { method }));
      expect(problem).toMatchObject({ type: "/problems/unknown-batch", status: 404 });
    }
  });

  test("for results before it has ended, and for the deletion of its jobs", async () => {
    const id = await begin([line(600)]);
    const early = await service.app.request(`/v1/batches/${id}/results`);
    expect(early.headers.get("Retry-After")).toBe("10");
    expect((await problemOf(early)).type).toBe("/problems/batch-not-done");
    await service.consumeOne();
    const { jobs } = await (await service.app.request("/v1/jobs")).json();
    const path = `/v1/jobs/${jobs[0].id}`;
    const refused = await service.app.request(path, { method: "DELETE" });
    expect((await problemOf(refused)).type).toBe("/problems/job-in-batch");
    await service.drain();
    expect((await service.app.request(path, { method: "DELETE" })).status).toBe(204);
  });
});
