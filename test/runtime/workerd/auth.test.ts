import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKey, revokeKey } from "../../../src/keys/table.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";

const DEPLOYED = { UNDERTONE_LOCAL: "", UNDERTONE_OPEN: "1" };

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker(DEPLOYED);
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

function newKey(requestsPerMinute: number) {
  return createKey(worker.database, { scopes: ["features"], requestsPerMinute }, Date.now());
}

function ask(token?: string, path = "/v1/models"): Promise<Response> {
  const headers: HeadersInit = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return worker.fetch(path, { headers });
}

describe("a deployed Worker", () => {
  it("answers nobody before it has a key, whatever UNDERTONE_OPEN says, but is healthy", async () => {
    const refused = await ask();
    expect(refused.status).toBe(401);
    expect((await refused.json()).type).toBe("/problems/no-key-configured");
    expect((await ask(undefined, "/healthz")).status).toBe(200);
  });

  it("tells everybody whether it is ready, however many ask at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(undefined, "/readyz")));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({
        status: "ready",
        checks: { pack: "ok", database: "ok", files: "ok" },
      });
    }
  });

  it("lets everybody read what it takes and what its problems mean", async () => {
    const { openapi } = await (await ask(undefined, "/openapi.json")).json();
    expect(openapi).toBe("3.1.0");
    expect((await ask(undefined, "/problems/no-key-configured")).status).toBe(200);
  });

  it("answers the preflight of a pack without a key", async () => {
    const preflight = await worker.fetch("/v1/packs/tiny-group-fp32/manifest.json", {
      method: "OPTIONS",
      headers: {
        Origin: "https://other.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toMatch(/Authorization/);
  });

  it("answers the bearer of a key until it is revoked", async () => {
    const { key, token } = await newKey(600);
    expect((await ask(token)).status).toBe(200);
    expect((await ask(token, "/v1/jobs")).status).toBe(403);
    await revokeKey(worker.database, key.id, Date.now());
    expect((await ask(token)).status).toBe(401);
  });

  it.each([7, 70])(
    "counts %i requests a minute by Cloudflare's limiter, beyond the isolate",
    async (rate) => {
      await beginMinute();
      const { token } = await newKey(rate);
      for (let request = 0; request < rate; request++) {
        const response = await ask(token);
        expect(response.status, String(request)).toBe(200);
        expect(response.headers.get("RateLimit-Policy")).toBe(`"key";q=${rate};w=60`);
        await response.body?.cancel();
      }
      // A fresh isolate's own buckets are full: only the limiter knows.
      await worker.restart(DEPLOYED);
      const refused = await ask(token);
      expect(refused.status).toBe(429);
      expect(refused.headers.get("RateLimit")).toMatch(/^"key";r=0;t=\d+$/);
      const retryAfter = Number(refused.headers.get("Retry-After"));
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(60);
    },
  );
});

/** The limiter counts by the minutes of the clock: a test that runs over into the next would see it begin anew. */
async function beginMinute(): Promise<void> {
  const secondsLeft = 60 - ((Date.now() / 1000) % 60);
  if (secondsLeft < 25) await new Promise((resolve) => setTimeout(resolve, secondsLeft * 1000));
}

describe("an open Worker, as npm start has it", () => {
  beforeAll(() => worker.restart({}));

  it.each<[Record<string, string>, number]>([
    [{ Origin: "https://other.example", "Sec-Fetch-Site": "cross-site" }, 403],
    [{ Origin: "http://localhost:3000", "Sec-Fetch-Site": "same-site" }, 403],
    [{ Origin: "null" }, 403],
    [{ "Sec-Fetch-Site": "same-origin" }, 201],
    [{}, 201],
  ])("answers a request to rotate secrets with the headers %j with %i", async (headers, status) => {
    const response = await worker.fetch("/v1/webhook-secrets", { method: "POST", headers });
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });
});
