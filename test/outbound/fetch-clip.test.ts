import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SendRequest } from "../../src/outbound/send.ts";
import { nodeSend } from "../../src/outbound/send-node.ts";
import { workerSend } from "../../src/outbound/send-worker.ts";
import { answerInPart } from "../support/jobs/broken-answers.ts";
import { fetchWhole } from "../support/jobs/fetch-whole.ts";
import { startHttpServer, type TestServer } from "../support/jobs/http-server.ts";

const LIMITS = { maxBytes: 1000, timeoutMs: 10_000 };
const SECRET_BODY = "the metadata service's credentials";
const DRIVERS: readonly (readonly [string, SendRequest])[] = [
  ["node:http", nodeSend({ allowPrivate: true })],
  ["fetch", workerSend({ allowPrivate: true })],
];

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(({ path }, response) => {
    const { pathname, searchParams } = new URL(path, "http://server");
    const status = Number(searchParams.get("status") ?? 200);
    const to = searchParams.get("to");
    switch (pathname) {
      case "/clip":
        return response.writeHead(200, { "Content-Type": "text/html" }).end("clip");
      case "/status":
        return response.writeHead(status).end(SECRET_BODY);
      case "/moved":
        return response.writeHead(status, to === null ? {} : { Location: to }).end(SECRET_BODY);
      case "/declared":
        return response.writeHead(200, { "Content-Length": 1001 }).end(Buffer.alloc(1001));
      case "/endless": {
        const more = () => response.write(Buffer.alloc(600), () => setTimeout(more, 5));
        return more();
      }
      case "/bomb":
        response.setHeader("Content-Encoding", "gzip");
        return response.end(gzipSync(Buffer.alloc(1e6)));
      default:
        return answerInPart(pathname, response);
    }
  });
});
beforeEach(() => {
  server.received.length = 0;
});
afterAll(() => server.close());

function neverGiven(): never {
  throw new Error("it was given");
}

describe.each(DRIVERS)("a clip fetched by %s", (_, send) => {
  const fetched = (path: string, limits = LIMITS) =>
    fetchWhole(new URL(path, server.url).href, send, limits);
  const moved = (to: string, status = 302) =>
    `/moved?status=${status}&to=${encodeURIComponent(to)}`;

  it("gives the bytes, whatever they are said to be", async () => {
    expect(new TextDecoder().decode(await fetched("/clip"))).toBe("clip");
    expect(server.received[0]?.headers).not.toHaveProperty("authorization");
    expect(server.received[0]?.headers).not.toHaveProperty("cookie");
  });

  it.each([301, 302, 303, 307, 308])("follows a redirect by %i", async (status) => {
    expect(new TextDecoder().decode(await fetched(moved("/clip", status)))).toBe("clip");
  });

  it("follows three redirects, and not a fourth", async () => {
    const three = moved(moved(moved("/clip")));
    expect(await fetched(three)).toHaveLength(4);
    await expect(fetched(moved(three))).rejects.toMatchObject({ slug: "url-refused" });
  });

  it.each([
    ["", { slug: "url-not-allowed" }],
    ["file:///etc/passwd", { slug: "url-not-allowed" }],
    ["http://user:secret@127.0.0.1/", { slug: "url-not-allowed" }],
    ["http://[", { slug: "url-not-allowed" }],
  ])("follows no redirect to '%s'", async (to, error) => {
    const path = to === "" ? "/moved?status=302" : moved(to);
    await expect(fetched(path)).rejects.toMatchObject(to === "" ? { slug: "url-refused" } : error);
    expect(server.received).toHaveLength(1);
  });

  it.each([
    [204, "url-refused"],
    [206, "url-refused"],
    [304, "url-refused"],
    [401, "url-refused"],
    [403, "url-refused"],
    [404, "url-refused"],
    [410, "url-refused"],
    [408, "url-unreachable"],
    [429, "url-unreachable"],
    [500, "url-unreachable"],
    [503, "url-unreachable"],
  ])("takes status %i for %s and repeats nothing of the answer", async (status, slug) => {
    const refusal = await fetched(`/status?status=${status}`).then(neverGiven, (error) => error);
    expect(refusal).toMatchObject({ slug, message: expect.stringContaining(String(status)) });
    expect(JSON.stringify([refusal.message, refusal.extensions])).not.toContain(SECRET_BODY);
  });

  it.each(["/declared", "/endless", "/bomb"])("stops at the limit of bytes of %s", async (path) => {
    await expect(fetched(path)).rejects.toMatchObject({
      slug: "clip-too-large",
      extensions: { maxBytes: 1000 },
    });
  });

  it("takes exactly as many bytes as the limit", async () => {
    expect(await fetched("/declared", { ...LIMITS, maxBytes: 1001 })).toHaveLength(1001);
  });

  it.each(["/drop", "/half"])("may be tried again after %s", async (path) => {
    await expect(fetched(path)).rejects.toMatchObject({ slug: "url-unreachable" });
  });

  it("gives up a server that stops in the middle", async () => {
    const limits = { ...LIMITS, stallMs: 100 };
    await expect(fetchWhole(`${server.url}/stall`, send, limits)).rejects.toMatchObject({
      slug: "url-unreachable",
      message: expect.stringContaining("in the middle of the clip"),
    });
  });

  it.each(["/silence", "/stall"])("waits no longer than the timeout for %s", async (path) => {
    const refusal = fetched(path, { ...LIMITS, timeoutMs: 100 });
    await expect(refusal).rejects.toMatchObject({
      slug: "url-unreachable",
      message: expect.stringContaining("0.1 s"),
    });
  });
});

describe("fetchClip outside development", () => {
  const METADATA = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";

  /** What a public server would answer: a redirect, then whatever follows is sent as in production. */
  function redirectingTo(location: string, strict: SendRequest): SendRequest {
    let isFirst = true;
    return async (request, signal) => {
      if (!isFirst) return strict(request, signal);
      isFirst = false;
      return fetch(`${server.url}/moved?status=302&to=${encodeURIComponent(location)}`, {
        redirect: "manual",
      });
    };
  }

  it.each([
    ["node:http", nodeSend({ allowPrivate: false })],
    ["fetch", workerSend({ allowPrivate: false })],
  ])("checks where a redirect leads by %s", async (_, strict) => {
    for (const location of [METADATA, METADATA.replace("http:", "https:"), server.url]) {
      const send = redirectingTo(location, strict);
      const refusal = fetchWhole("https://audio.undertone.dev/", send, LIMITS);
      await expect(refusal).rejects.toMatchObject({ slug: "url-not-allowed" });
    }
    expect(server.received.map(({ path }) => path.split("?")[0])).toEqual(
      Array.from({ length: 3 }, () => "/moved"),
    );
  });
});
