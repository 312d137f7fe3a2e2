import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unstable_startWorker } from "wrangler";
import { answerInPart } from "../../support/jobs/broken-answers.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { PRIVATE_HOSTS, REFUSED_URLS } from "../../support/jobs/ssrf-payloads.ts";
import type { OutboundOrder } from "../../support/runtimes/outbound-worker.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECRET_BODY = "the metadata service's credentials";

/** Unlike the other tests' Workers, this one requests by workerd itself and not by way of this process. */
let worker: Awaited<ReturnType<typeof unstable_startWorker>>;
let server: TestServer;

beforeAll(async () => {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_SEND_METRICS = "false";
  worker = await unstable_startWorker({
    name: "outbound",
    entrypoint: join(import.meta.dirname, "../../support/runtimes/outbound-worker.ts"),
    compatibilityDate: "2026-11-01",
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      logLevel: "none",
      watch: false,
      inspector: false,
    },
  });
  await worker.ready;
  server = await startHttpServer(({ path }, response) => {
    const { pathname, searchParams } = new URL(path, "http://server");
    switch (pathname) {
      case "/clip":
        return response.end("clip");
      case "/status": {
        const status = Number(searchParams.get("status"));
        return response
          .writeHead(status, { Location: "/clip", "Retry-After": "7" })
          .end(SECRET_BODY);
      }
      case "/gzip":
        return response.setHeader("Content-Encoding", "gzip").end(gzipSync("clip"));
      case "/bomb":
        return response.setHeader("Content-Encoding", "gzip").end(gzipSync(Buffer.alloc(1e6)));
      case "/large":
        return response.end(Buffer.alloc(1001));
      case "/loop":
        return response.writeHead(302, { Location: "/loop" }).end();
      case "/file":
        return response.writeHead(302, { Location: "file:///etc/passwd" }).end();
      default:
        return answerInPart(pathname, response);
    }
  });
});
beforeEach(() => {
  server.received.length = 0;
});
afterAll(async () => {
  await worker?.dispose();
  await server?.close();
});

async function order(kind: OutboundOrder["kind"], url: string, more: Partial<OutboundOrder> = {}) {
  const order = { kind, url, timeoutMs: 10_000, allowPrivate: true, secret: SECRET, ...more };
  const response = await worker.fetch("http://worker/", {
    method: "POST",
    body: JSON.stringify(order),
  });
  return (await response.json()) as Record<string, unknown>;
}

describe("fetching a clip from workerd", () => {
  const fetched = (path: string, timeoutMs?: number) =>
    order("clip", server.url + path, timeoutMs === undefined ? {} : { timeoutMs });

  it.each(["/clip", "/status?status=302", "/status?status=308", "/gzip"])(
    "gives %s",
    async (path) => {
      expect(await fetched(path)).toEqual({ clip: "clip" });
    },
  );

  it.each([
    ["/loop", "url-refused"],
    ["/file", "url-not-allowed"],
    ["/status?status=404", "url-refused"],
    ["/status?status=503", "url-unreachable"],
    ["/large", "clip-too-large"],
    ["/bomb", "clip-too-large"],
    ["/drop", "url-unreachable"],
    ["/half", "url-unreachable"],
  ])("refuses %s as %s", async (path, slug) => {
    const refusal = await fetched(path);
    expect(refusal).toMatchObject({ slug });
    expect(JSON.stringify(refusal)).not.toContain(SECRET_BODY);
  });

  it.each(["/silence", "/stall"])("waits no longer than the timeout for %s", async (path) => {
    expect(await fetched(path, 200)).toMatchObject({
      slug: "url-unreachable",
      message: expect.stringContaining("within 0.2 s"),
    });
  });

  it("requests nothing by any URL of a private host", async () => {
    const urls = [...PRIVATE_HOSTS.map((host) => `https://${host}/`), ...REFUSED_URLS, server.url];
    for (const url of urls) {
      const refusal = await order("clip", url, { allowPrivate: false });
      expect([url, refusal.slug]).toEqual([url, "url-not-allowed"]);
    }
    expect(server.received).toEqual([]);
  });
});

describe("posting a webhook from workerd", () => {
  const posted = (path: string, timeoutMs = 10_000) =>
    order("webhook", server.url + path, { timeoutMs });

  it("is signed so that the library verifies it", async () => {
    expect(await posted("/clip")).toMatchObject({ outcome: "delivered", responseStatus: 200 });
    const [request] = server.received;
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(request?.body ?? "", headers)).toEqual({ type: "job.done" });
  });

  it.each([
    ["/status?status=500", { outcome: "http-error", responseStatus: 500 }],
    ["/status?status=429", { outcome: "http-error", responseStatus: 429, retryAfterMs: 7000 }],
    ["/status?status=302", { outcome: "redirect", responseStatus: 302 }],
    ["/status?status=307", { outcome: "redirect", responseStatus: 307 }],
    ["/status?status=410", { outcome: "gone", responseStatus: 410 }],
    ["/drop", { outcome: "unreachable", responseStatus: null }],
  ])("to %s ends as %o, after one request", async (path, result) => {
    expect(await posted(path)).toMatchObject(result);
    expect(server.received).toHaveLength(1);
  });

  it("to a receiver that does not answer ends by the timeout", async () => {
    expect(await posted("/silence", 200)).toMatchObject({ outcome: "timeout" });
  });

  it("is over once the head of the answer is there", async () => {
    expect(await posted("/stall")).toMatchObject({ outcome: "delivered" });
  });
});
