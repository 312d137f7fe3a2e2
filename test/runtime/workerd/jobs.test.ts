import type { R2Object } from "@cloudflare/workers-types";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { queryParquet } from "../../support/duckdb.ts";
import { readSafetensors } from "../../support/http/answer-readers.ts";
import { chirp } from "../../support/http/service.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { CLIENTS, CLIPS, JOBS } from "../../support/jobs/load.ts";
import { expectLogStyle } from "../../support/log-style.ts";

const QUICK = { JOB_LEASE_SECONDS: "2", JOB_RETRY_SECONDS: "0" };
const clip = chirp(3200);

/** Other tests may be busy on the same machine. */
vi.setConfig({ testTimeout: 240_000 });

let worker: BootedWorker;
let files: TestServer;
beforeAll(async () => {
  files = await startHttpServer(({ path }, response) => {
    const samples = /^\/chirp-(\d+)\.wav$/.exec(path)?.[1];
    if (samples !== undefined) response.end(chirp(Number(samples)));
    else response.writeHead(404).end();
  });
  worker = await bootWorker(QUICK);
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(async () => {
  await worker?.stop();
  await files?.close();
});

async function json(path: string, init?: RequestInit) {
  const response = await worker.fetch(path, init);
  const body = await response.json();
  expect(response.ok, JSON.stringify(body)).toBe(true);
  return body;
}

/** Waits until a job or batch stands as it should. */
function until(path: string, status: string, timeout = 60_000) {
  return vi.waitFor(
    async () => {
      const body = await json(path);
      expect(body).toMatchObject({ status });
      return body;
    },
    { timeout, interval: 200 },
  );
}

async function bytes(path: string, init?: RequestInit): Promise<Uint8Array> {
  const response = await worker.fetch(path, init);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

describe("jobs in workerd", () => {
  it("compute an upload as POST /v1/features does", async () => {
    const { id } = await json("/v1/jobs?layers=all", { method: "POST", body: clip });
    const job = await until(`/v1/jobs/${id}`, "done");
    expect(job.progress).toMatchObject({ layers_done: 3, layers_total: 3 });
    const direct = await bytes("/v1/features?layers=all&format=safetensors", {
      method: "POST",
      body: clip,
      headers: { "Cache-Control": "no-cache" },
    });
    expect(await bytes(`/v1/jobs/${id}/result?format=safetensors`)).toEqual(direct);
  });

  it("are shared with POST /v1/features, which says so", async () => {
    const other = chirp(3300);
    const post = () => worker.fetch("/v1/features", { method: "POST", body: other });
    expect((await post()).headers.get("Cache-Status")).toBe("Undertone; fwd=miss; stored");
    await vi.waitFor(async () => {
      expect((await post()).headers.get("Cache-Status")).toBe("Undertone; hit");
    });
  });

  it("fetch a URL", async () => {
    const { id } = await json("/v1/jobs?pool=mean", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ audio: { url: `${files.url}/chirp-1600.wav` } }),
    });
    await until(`/v1/jobs/${id}`, "done");
    const { audio } = await json(`/v1/jobs/${id}/result`);
    expect(audio.seconds).toBe(0.1);
  });

  it("that keep failing go to the dead letters and say why", async () => {
    const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const key of await worker.bucket.list("blobs/")) {
      blobs.set(key, (await worker.bucket.get(key)) as Uint8Array<ArrayBuffer>);
      await worker.bucket.put(key, Uint8Array.of(1));
      await worker.cache.put(key, Uint8Array.of(1));
    }
    await worker.restart(QUICK);
    const { id } = await json("/v1/jobs", { method: "POST", body: chirp(3400) });
    const { problem, tries } = await until(`/v1/jobs/${id}`, "failed");
    expect(problem).toMatchObject({
      type: "/problems/tries-exhausted",
      tries: 6,
      last_problem: "pack-damaged",
    });
    expect(tries).toBe(7);
    expect(worker.logs()).toContainEqual(
      expect.objectContaining({ event: "message-dead", kind: "job", id }),
    );
    for (const [key, bytes] of blobs) await worker.bucket.put(key, bytes);
  });
});

describe(`${JOBS} jobs of ${CLIENTS} clients at once in workerd`, () => {
  it(`are all done, and each of their ${CLIPS} clips is computed once`, async () => {
    await worker.restart(QUICK);
    const ids: string[] = [];
    const submitAll = async (client: number) => {
      for (let index = client; index < JOBS; index += CLIENTS) {
        const body = chirp(5000 + 8 * (index % CLIPS));
        ids[index] = (await json("/v1/jobs", { method: "POST", body })).id;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => submitAll(client)));
    const left = () =>
      worker.database.all(sql`SELECT id FROM jobs WHERE status IN ('queued', 'running') LIMIT 1`);
    await expect.poll(left, { timeout: 150_000, interval: 500 }).toEqual([]);

    const ours = new Set(ids);
    expect(ours.size).toBe(JOBS);
    const ends = worker
      .logs()
      .filter(({ event, job_id }) => event === "job" && ours.has(String(job_id)));
    expect(ends).toHaveLength(JOBS);
    expectLogStyle(worker.logs());
    expect(ends.every(({ status }) => status === "done")).toBe(true);
    expect(ends.filter(({ result }) => result === "computed")).toHaveLength(CLIPS);
    const rows = await worker.database.all<{ id: string; result_key: string }>(
      sql`SELECT id, result_key FROM jobs WHERE status = 'done'`,
    );
    const keyOf = new Map(rows.map(({ id, result_key }) => [id, result_key]));
    for (const [index, id] of ids.entries()) {
      expect(keyOf.get(id)).toBe(keyOf.get(ids[index % CLIPS] as string));
    }
  }, 240_000);
});

describe("a bucket in workerd", () => {
  const event = (key: string, etag: string, action = "PutObject") => ({
    account: "account",
    bucket: "undertone-audio",
    object: { key, size: 100, eTag: etag },
    action,
    eventTime: "2026-01-15T12:00:00.000Z",
  });

  it("has an object featurized and its result written under the other prefix, once", async () => {
    const { etag } = (await worker.audio.put("in/calls/år 1.wav", clip)) as R2Object;
    await worker.announce(event("in/calls/år 1.wav", etag));
    await worker.announce(event("in/calls/år 1.wav", etag));
    const result = await vi.waitFor(
      async () => {
        const object = await worker.audio.get("out/calls/år 1.wav.json");
        if (object === null) throw new Error("nothing yet");
        return object;
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(await result.json()).toMatchObject({ pool: "mean", layers: [{ shape: [48] }] });
    expect(result.httpMetadata?.contentType).toBe("application/json");
    const { jobs } = await json("/v1/jobs?limit=100");
    const ofObject = jobs.filter(({ audio }: { audio: { key?: string } }) =>
      audio.key?.startsWith("in/"),
    );
    expect(ofObject).toHaveLength(1);
  });

  it("gets a problem beside an object that is no clip", async () => {
    const { etag } = (await worker.audio.put("in/notes.txt", "nothing to hear")) as R2Object;
    await worker.announce(event("in/notes.txt", etag));
    const problem = await vi.waitFor(
      async () => {
        const object = await worker.audio.get("out/notes.txt.problem.json");
        if (object === null) throw new Error("nothing yet");
        return await object.json();
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(problem).toMatchObject({ type: "/problems/not-audio" });
  });
});

describe("a batch in workerd", () => {
  it("of 500 lines with 20 broken ones computes the others and lists all", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => {
      if (index % 25 === 7) return index % 2 === 0 ? "{" : JSON.stringify({ id: `line-${index}` });
      return JSON.stringify({
        id: `line-${index}`,
        url: `${files.url}/chirp-${800 + (index % 40)}.wav`,
        ...(index % 2 === 0 && { options: { pool: "max" } }),
      });
    });
    const { id } = await json("/v1/batches?pool=mean", { method: "POST", body: lines.join("\n") });
    const batch = await until(`/v1/batches/${id}`, "done", 100_000);
    expect(batch).toMatchObject({
      lines: 500,
      counts: { queued: 0, running: 0, done: 480, failed: 20, cancelled: 0 },
    });
    const manifest = new TextDecoder().decode(await bytes(`/v1/batches/${id}/results`));
    const entries = manifest
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1));
    for (const [index, entry] of entries.entries()) {
      if (index % 25 === 7) {
        expect(entry).toMatchObject({
          status: "failed",
          problem: { type: "/problems/batch-line-invalid" },
        });
      } else {
        expect(entry).toMatchObject({ status: "done", id: `line-${index}` });
      }
    }
    const [first, second] = await Promise.all([0, 1].map((index) => json(entries[index].result)));
    expect([first.pool, second.pool]).toEqual(["max", "mean"]);
    const { tensors } = readSafetensors(await bytes(`${entries[2].result}?format=safetensors`));
    expect(tensors.size).toBe(1);
    const name = "hidden_states.3";
    const file = await bytes(`/v1/batches/${id}/results?format=parquet`);
    const rows = await queryParquet(
      file,
      `SELECT line, status, problem, "${name}" AS state FROM FILE`,
    );
    expect(rows.map(({ line, status, problem }) => [line, status, problem])).toEqual(
      lines.map((_, index) =>
        index % 25 === 7 ? [index + 1, "failed", "batch-line-invalid"] : [index + 1, "done", null],
      ),
    );
    expect(rows[2]?.state).toEqual([...(tensors.get(name)?.values ?? [])]);
    expect(rows.filter(({ state }) => state !== null)).toHaveLength(480);
  });
});
