import { beforeEach, describe, expect, test } from "vitest";
import { tokenBuckets } from "../../../src/keys/rate-limit.ts";
import { createKey, revokeKey, type Scope } from "../../../src/keys/table.ts";
import { chirp, problemOf, startService } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

let service: JobService;
beforeEach(async () => {
  service = await startJobService({ isOpen: false });
});

interface KeyOptions {
  readonly scopes?: readonly Scope[];
  readonly owner?: string;
  readonly requestsPerMinute?: number;
  readonly home?: string;
}

async function newKey({
  scopes = ["features", "jobs"],
  owner,
  requestsPerMinute = 600,
  home,
}: KeyOptions = {}) {
  const request = { scopes, owner, requestsPerMinute, home };
  return createKey(service.platform.database, request, service.clock.nowMs);
}

async function ask(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
  return await service.app.request(path, { ...init, headers });
}

const upload = { method: "POST", body: chirp(800) };

const ADDRESSES: [path: string, init?: RequestInit][] = [
  ["/v1/features", upload],
  ["/v1/models"],
  ["/v1/models/tiny-group-fp32"],
  ["/v1/packs/tiny-group-fp32/manifest.json"],
  ["/v1/jobs", upload],
  ["/v1/jobs"],
  ["/v1/jobs/job_1"],
  ["/v1/jobs/job_1/result"],
  ["/v1/jobs/job_1/result?expires=9999999999&signature=x"],
  ["/v1/jobs/job_1", { method: "DELETE" }],
  ["/v1/batches", { method: "POST", body: "{}" }],
  ["/v1/hooks/calls", { method: "POST", body: "{}" }],
  ["/v1/webhook-secrets"],
  ["/"],
  ["/v1/nothing"],
  ["/v1/features", { method: "PUT" }],
];

describe("a service without any key", () => {
  test.each(ADDRESSES)("refuses %s %j and says what to do", async (path, init) => {
    const response = await ask(path, undefined, init);
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="undertone"');
    const problem = await problemOf(response);
    expect(problem.type).toBe("/problems/no-key-configured");
    expect(problem.detail).toContain("undertone key create");
  });

  test.each(["/healthz", "/openapi.json", "/problems/no-key-configured"])(
    "answers %s all the same",
    async (path) => {
      expect((await ask(path)).status).toBe(200);
    },
  );

  test("refuses again within 30 s after its last key is revoked", async () => {
    const { key } = await newKey();
    expect((await problemOf(await ask("/v1/models"))).type).toBe("/problems/key-missing");
    await revokeKey(service.platform.database, key.id, service.clock.nowMs);
    service.clock.nowMs += 30_000;
    const problem = await problemOf(await ask("/v1/models"));
    expect(problem.type).toBe("/problems/no-key-configured");
  });
});

describe("an open service", () => {
  test.each([
    "http://localhost:8787",
    "http://127.0.0.1:8787",
    "http://127.0.0.2:8787",
    "http://[::1]:8787",
    "http://[::ffff:127.0.0.1]",
  ])("answers whoever asks %s", async (origin) => {
    const open = startService();
    expect((await open.app.request(`${origin}/v1/models`)).status).toBe(200);
  });

  test.each([
    "http://192.168.1.5:8787",
    "http://undertone.example.com",
    "http://localhost.evil.dev",
  ])("answers nobody who asks %s", async (origin) => {
    const open = startService();
    expect((await open.app.request(`${origin}/v1/models`)).status).toBe(401);
  });
});

describe("an API key", () => {
  test("lets its bearer in", async () => {
    const { token } = await newKey();
    expect((await ask("/v1/models", token)).status).toBe(200);
    expect((await ask("/v1/features", token, upload)).status).toBe(200);
  });

  test.each([
    ["no header", undefined],
    ["another scheme", "Basic dXQ6dXQ="],
    ["no token", "Bearer"],
    ["a token of another form", "Bearer secret"],
    ["a token that nobody made", `Bearer ut_0123456789ab_${"A".repeat(43)}`],
  ])("is asked for: %s", async (_what, header) => {
    await newKey();
    const headers: HeadersInit = header === undefined ? {} : { Authorization: header };
    const response = await ask("/v1/models", undefined, { headers });
    expect(response.status).toBe(401);
    const isMissing = header === undefined;
    expect((await problemOf(response)).type).toBe(
      `/problems/${isMissing ? "key-missing" : "key-invalid"}`,
    );
    expect(response.headers.get("WWW-Authenticate")).toBe(
      `Bearer realm="undertone"${isMissing ? "" : ', error="invalid_token"'}`,
    );
    // How long it took could tell what of a key was right.
    expect(response.headers.get("Server-Timing")).toBeNull();
  });

  test("is refused with any character changed", async () => {
    const { token } = await newKey();
    for (const index of [4, 10, 16, 20, 40, token.length - 1]) {
      const other = token[index] === "0" ? "1" : "0";
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      expect((await ask("/v1/models", changed)).status, changed).toBe(401);
    }
  });

  test("is good for nothing 30 s after it is revoked", async () => {
    const [{ key, token }, { token: other }] = [await newKey(), await newKey()];
    expect((await ask("/v1/models", token)).status).toBe(200);
    await revokeKey(service.platform.database, key.id, service.clock.nowMs);
    service.clock.nowMs += 30_000;
    expect((await problemOf(await ask("/v1/models", token))).type).toBe("/problems/key-invalid");
    expect((await ask("/v1/models", other)).status).toBe(200);
  });

  test("is stored as a hash only, and never logged", async () => {
    const { key, token } = await newKey();
    await ask("/v1/models", token);
    await ask(`/v1/jobs?metadata="${token}"`, `${token}x`);
    const rows = await service.platform.database.all({ sql: "SELECT * FROM api_keys", values: [] });
    const secret = token.slice(-43);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(service.logged)).not.toContain(secret);
    expect(service.logged).toContainEqual(expect.objectContaining({ key_id: key.id, status: 200 }));
  });
});

describe("a key that is bound to a region", () => {
  const serviceIn = async (region: string) => {
    const { settings } = service.platform;
    service = await startJobService({ isOpen: false, settings: { ...settings, region } });
    return await newKey({ home: "eu" });
  };

  test("lets its bearer in there", async () => {
    const { token } = await serviceIn("eu");
    expect((await ask("/v1/features", token, upload)).status).toBe(200);
  });

  test.each([
    ["us", "is in the region us"],
    ["", "has no region"],
  ])("is sent away by the region '%s', before it is looked up", async (region, detail) => {
    const { token } = await serviceIn(region);
    service.shutDatabase();
    const response = await ask("/v1/features", token, upload);
    expect(response.status).toBe(421);
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ type: "/problems/key-of-another-region", home: "eu" });
    expect(problem.region).toBe(region || undefined);
    expect(problem.detail).toContain(detail);
  });

  test("is none with another home, or without", async () => {
    const { token } = await serviceIn("us");
    for (const changed of [token.replace("ut_eu_", "ut_us_"), token.replace("ut_eu_", "ut_")]) {
      expect((await ask("/v1/models", changed)).status).toBe(401);
    }
  });
});

describe("the scopes of a key", () => {
  test.each([
    ["/v1/features", "features", upload],
    ["/v1/models", "features", undefined],
    ["/v1/models", "jobs", undefined],
    ["/v1/jobs", "jobs", upload],
    ["/v1/jobs", "jobs", undefined],
    ["/v1/webhook-secrets", "jobs", undefined],
  ] as [string, Scope, RequestInit | undefined][])("%s takes %s", async (path, scope, init) => {
    const { token } = await newKey({ scopes: [scope] });
    expect((await ask(path, token, init)).status).toBeLessThan(300);
  });

  test.each([
    ["/v1/features", "jobs", upload],
    ["/v1/embeddings", "jobs", upload],
    ["/v1/comparisons", "jobs", upload],
    ["/v1/transcriptions", "jobs", upload],
    ["/v1/classifications", "jobs", upload],
    ["/v1/diarizations", "jobs", upload],
    ["/v1/jobs", "features", upload],
    ["/v1/jobs/job_1", "features", undefined],
    ["/v1/batches", "features", { method: "POST", body: "{}" }],
    ["/v1/webhook-secrets", "features", undefined],
    ["/v1/packs/tiny-group-fp32/manifest.json", "jobs", undefined],
  ] as [string, Scope, RequestInit | undefined][])(
    "%s does not take %s",
    async (path, scope, init) => {
      const { token } = await newKey({ scopes: [scope] });
      const response = await ask(path, token, init);
      const wanted = scope === "jobs" ? "features" : "jobs";
      expect(await problemOf(response)).toMatchObject({
        type: "/problems/key-lacks-scope",
        status: 403,
        scopes: [wanted],
      });
      expect(response.headers.get("WWW-Authenticate")).toBe(
        `Bearer realm="undertone", error="insufficient_scope", scope="${wanted}"`,
      );
    },
  );
});

describe("the jobs of a key", () => {
  const submit = async (token: string) => (await (await ask("/v1/jobs", token, upload)).json()).id;
  const listed = async (token: string) =>
    (await (await ask("/v1/jobs", token)).json()).jobs.map(({ id }: { id: string }) => id);

  test("are seen by keys of the same name and by no others", async () => {
    const { token: ours } = await newKey({ owner: "ours" });
    const { token: alsoOurs } = await newKey({ owner: "ours" });
    const { token: theirs } = await newKey({ owner: "theirs" });
    const id = await submit(ours);
    await service.drain();
    expect(await listed(alsoOurs)).toEqual([id]);
    expect((await ask(`/v1/jobs/${id}/result`, alsoOurs)).status).toBe(200);
    expect(await listed(theirs)).toEqual([]);
    for (const [path, method] of [
      [`/v1/jobs/${id}`, "GET"],
      [`/v1/jobs/${id}/result`, "GET"],
      [`/v1/jobs/${id}/deliveries`, "GET"],
      [`/v1/jobs/${id}`, "DELETE"],
    ] as const) {
      const problem = await problemOf(await ask(path, theirs, { method }));
      expect(problem.type, path).toBe("/problems/unknown-job");
    }
    expect((await ask(`/v1/jobs/${id}`, ours)).status).toBe(200);
  });

  test("of nobody are seen by every key, in the order of time", async () => {
    const { token } = await newKey();
    const open = { ...service.platform, isOpen: true };
    const { createApp } = await import("../../../src/app.ts");
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) {
      service.clock.nowMs += 1000;
      if (index % 2 === 0) ids.unshift(await submit(token));
      else ids.unshift((await (await createApp(open).request("/v1/jobs", upload)).json()).id);
    }
    expect(await listed(token)).toEqual(ids);
  });

  test("do not share Idempotency-Keys with another owner's", async () => {
    const init = { ...upload, headers: { "Idempotency-Key": "same" } };
    const [ours, theirs] = [await newKey(), await newKey()];
    const first = await (await ask("/v1/jobs", ours.token, init)).json();
    const second = await (await ask("/v1/jobs", theirs.token, init)).json();
    expect(second.id).not.toBe(first.id);
  });

  test("give their results to whoever holds a signed link, until it expires", async () => {
    const { signUrl } = await import("../../../src/jobs/work/signed-url.ts");
    const { readJob } = await import("../../../src/jobs/table.ts");
    const { token } = await newKey();
    const [id, other] = [await submit(token), await submit(token)];
    await service.drain();
    const { urlSecret } = (await readJob(service.platform, id)) ?? { urlSecret: "" };
    const expires = Math.floor(service.clock.nowMs / 1000) + 60;
    const link = await signUrl(
      new URL(`http://localhost/v1/jobs/${id}/result`),
      expires,
      urlSecret,
    );
    const status = async (url: string, method = "GET") =>
      (await ask(url, undefined, { method })).status;
    expect(await status(link.href)).toBe(200);
    expect(await status(link.href.replace(id, other))).toBe(403);
    expect(await status(link.href.replace(id, "job_0"))).toBe(403);
    expect(await status(link.href.replace(`expires=${expires}`, `expires=${expires + 1}`))).toBe(
      403,
    );
    expect(await status(link.href.replace("/result", ""))).toBe(401);
    expect(await status(link.href.replace("/result", ""), "DELETE")).toBe(401);
    service.clock.nowMs += 61_000;
    const problem = await problemOf(await ask(link.href));
    expect(problem.type).toBe("/problems/link-invalid");
  });
});

describe("the rate of a key", () => {
  test("is told with every answer, and kept", async () => {
    const { token } = await newKey({ requestsPerMinute: 3 });
    for (const remaining of [2, 1, 0]) {
      const response = await ask("/v1/models", token);
      expect(response.status).toBe(200);
      expect(response.headers.get("RateLimit-Policy")).toBe('"key";q=3;w=60');
      expect(response.headers.get("RateLimit")).toBe(
        `"key";r=${remaining};t=${20 * (3 - remaining)}`,
      );
    }
    const refused = await ask("/v1/models", token);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("20");
    expect(refused.headers.get("RateLimit")).toBe('"key";r=0;t=60');
    expect((await problemOf(refused)).type).toBe("/problems/rate-limited");
    service.clock.nowMs += 20_000;
    expect((await ask("/v1/models", token)).status).toBe(200);
    expect((await ask("/v1/models", token)).status).toBe(429);
  });

  test("is told with refusals too", async () => {
    const { token } = await newKey();
    const response = await ask("/v1/jobs?limit=0", token);
    expect(response.status).toBe(422);
    expect(response.headers.get("RateLimit")).toBe('"key";r=599;t=1');
  });

  test("is its own", async () => {
    const [one, other] = [
      await newKey({ requestsPerMinute: 1 }),
      await newKey({ requestsPerMinute: 1 }),
    ];
    expect((await ask("/v1/models", one.token)).status).toBe(200);
    expect((await ask("/v1/models", one.token)).status).toBe(429);
    expect((await ask("/v1/models", other.token)).status).toBe(200);
  });
});

describe("a bucket of tokens", () => {
  test("never holds more than a minute's requests, however long it was left alone", async () => {
    let now = 0;
    const limiter = tokenBuckets(() => now);
    await limiter.take("key", 60);
    now += 3_600_000;
    expect((await limiter.take("key", 60)).remaining).toBe(59);
  });

  test("follows a rate that was changed", async () => {
    const limiter = tokenBuckets(() => 0);
    await limiter.take("key", 100);
    expect((await limiter.take("key", 10)).remaining).toBe(9);
  });
});
