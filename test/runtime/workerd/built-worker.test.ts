import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import {
  type BindingCall,
  type BuiltWorker,
  bootBuiltWorker,
} from "../../../support/runtimes/built-worker.ts";
import { bytesOf, chirp } from "../../support/http/service.ts";
import { expectLogStyle } from "../../support/log-style.ts";

const clip = chirp(1600);
const PATIENCE = { timeout: 60_000, interval: 200 };

/** A Worker that passes every request on to ours, as one in front of it would. */
const FRONT = {
  name: "front",
  modules: true,
  script: "export default { fetch: (request, env) => env.UNDERTONE.fetch(request) }",
  compatibilityDate: "2026-11-01",
  serviceBindings: { UNDERTONE: "undertone" },
};

const ACCOUNT = "0123456789abcdef0123456789abcdef";
/** Of Analytics Engine, as its API gives them: a point is of many where they are sampled. */
const ANALYTICS_ROWS = [
  {
    region: "eu",
    colo: "FRA",
    of_clips: 1,
    requests: 20,
    p50: 512.5,
    p95: 900,
    cold_starts: 2,
    errors: 1,
  },
  {
    region: "eu",
    colo: "FRA",
    of_clips: 0,
    requests: "5",
    p50: 3,
    p95: 4,
    cold_starts: "0",
    errors: 0,
  },
  { region: "", colo: "SIN", of_clips: 0, requests: 1, p50: 3, p95: 4, cold_starts: 1, errors: 0 },
];
/** The request that its API got last, and the status that it answers with. */
const analytics = { authorization: "", sql: "", status: 200 };

/** What the internet is asked for, and the addresses that only its inside has. */
const asked: string[] = [];
async function internet(request: Request): Promise<Response> {
  asked.push(`${request.method} ${request.url}`);
  switch (new URL(request.url).pathname) {
    case `/client/v4/accounts/${ACCOUNT}/analytics_engine/sql`:
      analytics.authorization = request.headers.get("Authorization") ?? "";
      analytics.sql = await request.text();
      return Response.json({ data: ANALYTICS_ROWS }, { status: analytics.status });
  }
  switch (new URL(request.url).pathname) {
    case "/clip.wav":
      return new Response(clip);
    case "/inside":
      return Response.redirect("http://169.254.169.254/latest/meta-data/", 302);
    case "/resolves-inside":
      // What Cloudflare answers for a name that leads to a private address.
      return new Response("error code: 1002", { status: 403 });
    default:
      return new Response(null, { status: 204 });
  }
}

/** The fault of each call of a binding. */
let faultOf: (call: BindingCall) => string | null = () => null;

let worker: BuiltWorker;
let failing: BuiltWorker;
beforeAll(async () => {
  const vars = { ANALYTICS_ACCOUNT_ID: ACCOUNT, ANALYTICS_TOKEN: "token-of-the-account" };
  worker = await bootBuiltWorker({ internet, others: [FRONT as never], vars });
  failing = await bootBuiltWorker({
    vars: { JOB_LEASE_SECONDS: "2", JOB_RETRY_SECONDS: "0" },
    faultOf: (call) => faultOf(call),
  });
  for (const { packs } of [worker, failing]) await installGolden(packs, "tiny-group", "fp32");
});
afterAll(async () => {
  await worker?.stop();
  await failing?.stop();
});
afterEach(() => {
  faultOf = () => null;
});

const json = (body: object): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

async function jobOf(of: BuiltWorker, id: string) {
  return (await of.fetch(`/v1/jobs/${id}`)).json();
}

/** Submits a job and waits for its end. */
async function endOf(of: BuiltWorker, path: string, init: RequestInit) {
  const response = await of.fetch(path, init);
  expect(response.status).toBe(202);
  const { id } = await response.json();
  await vi.waitFor(async () => {
    expect(["done", "failed"]).toContain((await jobOf(of, id)).status);
  }, PATIENCE);
  return jobOf(of, id);
}

/** Numbers from 0 to 1, the same each time. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("the built Worker", () => {
  it("says in its log which colo a request came in by", async () => {
    for (const colo of ["FRA", "SIN"]) {
      const init = { method: "POST", body: clip, cf: { colo, country: "DE" } };
      expect((await worker.fetch("/v1/features?pool=mean", init)).status).toBe(200);
    }
    const requests = () => worker.logs().filter(({ event }) => event === "request");
    await vi.waitFor(() => expect(requests()).toHaveLength(2), PATIENCE);
    expect(requests().map(({ colo }) => colo)).toEqual(["FRA", "SIN"]);
    expectLogStyle(worker.logs());
  });

  it("asks Analytics Engine for its regions, and tells nobody its token", async () => {
    analytics.status = 500;
    const failed = await worker.fetch("/v1/regions");
    expect(failed.status).toBe(503);
    expect(await failed.json()).toMatchObject({ type: "/problems/storage-unavailable" });
    analytics.status = 200;
    const answer = await worker.fetch("/v1/regions");
    expect(await answer.json()).toEqual({
      window_seconds: 3600,
      source: "analytics-engine",
      regions: [
        {
          ...{ region: "eu", colo: "FRA", requests: 25, clips: 20 },
          ...{ p50_ms: 512.5, p95_ms: 900, cold_starts: 2, errors: 1 },
        },
        {
          ...{ region: null, colo: "SIN", requests: 1, clips: 0 },
          ...{ p50_ms: null, p95_ms: null, cold_starts: 1, errors: 0 },
        },
      ],
    });
    expect(analytics.authorization).toBe("Bearer token-of-the-account");
    expect(analytics.sql).toContain("FROM undertone_metrics\n");
    expect(JSON.stringify(worker.logs())).not.toContain("token-of-the-account");
    const withoutToken = await failing.fetch("/v1/regions");
    expect(withoutToken.status).toBe(404);
    expect((await withoutToken.json()).detail).toContain("ANALYTICS_TOKEN");
  });

  it("answers another Worker that binds it as it answers clients", async () => {
    const init = { method: "POST", body: clip, headers: { "Cache-Control": "no-store" } };
    const ask = (through?: string) => worker.fetch("/v1/features?format=npy", init, through);
    const [direct, bound] = [await ask(), await ask("front")];
    expect(bound.status).toBe(200);
    expect(bound.headers.get("X-Undertone-Model")).toBe("tiny-group-fp32");
    expect(await bytesOf(bound)).toEqual(await bytesOf(direct));
    const refused = await worker.fetch("/v1/features?format=mp3", { method: "POST" }, "front");
    expect(await refused.json()).toMatchObject({ type: "/problems/invalid-option" });
  });

  it("fetches clips from the internet and delivers webhooks to it, by https and signed", async () => {
    await worker.fetch("/v1/webhook-secrets", { method: "POST" });
    const job = await endOf(
      worker,
      "/v1/jobs",
      json({
        audio: { url: "https://audio.example.com/clip.wav" },
        callback_url: "https://you.example.com/done",
      }),
    );
    expect(job.status).toBe("done");
    await vi.waitFor(() => expect(asked).toContain("POST https://you.example.com/done"), PATIENCE);
    expect(asked).toContain("GET https://audio.example.com/clip.wav");
  });

  it("follows no URL to where only Cloudflare's inside gets, and says why", async () => {
    for (const path of ["/inside", "/resolves-inside"]) {
      const audio = { url: `https://audio.example.com${path}` };
      const job = await endOf(worker, "/v1/jobs", json({ audio }));
      expect(job, path).toMatchObject({ status: "failed" });
      expect(job.problem.type).toMatch(/\/problems\/url-(not-allowed|refused)/);
    }
    expect(asked.filter((request) => request.includes("169.254"))).toEqual([]);
    const refused = await worker.fetch(
      "/v1/jobs",
      json({ audio: { url: "http://127.0.0.1:8787/clip.wav" } }),
    );
    expect(await refused.json()).toMatchObject({ type: "/problems/url-not-allowed" });
  });
});

describe("the built Worker whose bindings fail", () => {
  const R2_FAULT = "put: We encountered an internal error. Please try again. (10001)";
  const submit = (query = "", headers: HeadersInit = {}) =>
    failing.fetch(`/v1/jobs${query}`, { method: "POST", body: clip, headers });

  /** A claim whose holder met an outage right after it is another's after a minute. */
  const letMinutePass = () =>
    failing.database.run(sql`UPDATE idempotency SET created_at = created_at - 60000`);

  it("asks for patience while R2 takes no clip, and has no job of it", async () => {
    const before = await failing.database.all(sql`SELECT id FROM jobs`);
    faultOf = ({ binding, method }) => (binding === "FILES" && method === "put" ? R2_FAULT : null);
    const response = await submit();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ type: "/problems/storage-unavailable" });
    expect(await failing.database.all(sql`SELECT id FROM jobs`)).toEqual(before);
    expect(failing.logs()).toContainEqual(
      expect.objectContaining({
        event: "storage-unavailable",
        service: "files",
        message: expect.stringContaining("(10001)"),
      }),
    );
  });

  it("asks for patience while R2 gives no pack, and computes once it does", async () => {
    faultOf = ({ binding }) => (binding === "PACKS" ? R2_FAULT.replace("put", "get") : null);
    const ask = () => failing.fetch("/v1/features?pool=mean", { method: "POST", body: clip });
    const response = await ask();
    expect(await response.json()).toMatchObject({ type: "/problems/storage-unavailable" });
    expect(response.status).toBe(503);
    faultOf = () => null;
    expect((await ask()).status).toBe(200);
  });

  it("submits a job once where a client tries again after the queue failed", async () => {
    const key = { "Idempotency-Key": "the-same" };
    faultOf = ({ binding }) =>
      binding === "WORK" ? "Queue sendBatch failed: Internal Server Error" : null;
    expect((await submit("?pool=max", key)).status).toBe(503);
    faultOf = () => null;
    const again = await vi.waitFor(async () => {
      const response = await submit("?pool=max", key);
      expect(response.status).toBe(202);
      return response;
    }, PATIENCE);
    const { id } = await again.json();
    await vi.waitFor(async () => expect((await jobOf(failing, id)).status).toBe("done"), PATIENCE);
    const rows = await failing.database.all(
      sql`SELECT id FROM jobs WHERE options_json LIKE '%"max"%'`,
    );
    expect(rows).toHaveLength(1);
  });

  it("does each of 20 jobs once while one in twelve calls of D1, R2 and the queue fails", async () => {
    const random = seededRandom(7);
    faultOf = ({ binding }) => {
      if (binding === "PACKS" || random() >= 1 / 12) return null;
      return binding === "DB" ? "D1_ERROR: Internal error in D1 DB storage." : R2_FAULT;
    };
    const ids = new Set<string>();
    for (let index = 0; index < 20; index++) {
      const headers = { "Idempotency-Key": `flaky-${index}` };
      const response = await vi.waitFor(async () => {
        const attempt = await submit("?pool=mean_std", headers);
        expect([202, 409, 503]).toContain(attempt.status);
        if (attempt.status === 409) await letMinutePass();
        expect(attempt.status).toBe(202);
        return attempt;
      }, PATIENCE);
      ids.add((await response.json()).id);
    }
    expect(ids.size).toBe(20);
    faultOf = () => null;
    await vi.waitFor(
      async () => {
        const rows = await failing.database.all<{ status: string }>(
          sql`SELECT status FROM jobs WHERE options_json LIKE '%mean_std%'`,
        );
        expect(rows.map(({ status }) => status)).toEqual(Array(20).fill("done"));
      },
      { timeout: 100_000, interval: 500 },
    );
  }, 200_000);
});
