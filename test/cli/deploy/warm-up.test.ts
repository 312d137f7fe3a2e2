/** The clips that are sent after a deployment, to a server in its place, with a key from a stand-in of D1. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { tryOut, warmUpRegion } from "../../../src/cli/deploy/try-out.ts";
import { warmUp } from "../../../src/cli/deploy/warm-up.ts";
import { listKeys } from "../../../src/keys/table.ts";
import { type ParsedToken, parseToken } from "../../../src/keys/token.ts";
import { type RemoteD1, startRemoteD1 } from "../../support/cli/remote-d1.ts";

const COLD = { "Server-Timing": 'total;dur=1, isolate;desc=cold, weights;desc="0 bytes read"' };
const READ = { "Server-Timing": 'total;dur=1, weights;desc="1071616 bytes read"' };
const WARM = { "Server-Timing": 'total;dur=1, weights;desc="0 bytes read"' };

let d1: RemoteD1;
let server: Server;
let url: URL;
let answer: RequestListener;
let told: string[];
const tell = (line: string) => void told.push(line);
beforeAll(async () => {
  d1 = await startRemoteD1();
  server = createServer((request, response) => answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(() => {
  d1?.close();
  server?.close();
});
beforeEach(() => {
  told = [];
});
afterEach(() => vi.unstubAllEnvs());

it("each region gets one, and it is told what was cold and what went wrong", async () => {
  const asked: (string | undefined)[] = [];
  answer = (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const region = new URL(request.url ?? "", url).searchParams.get("region");
    if (region === "asia") {
      response.writeHead(503).end('{"detail":"The region asia is unavailable."}');
    } else response.writeHead(200, { us: COLD, eu: READ }[String(region)] ?? WARM).end("{}");
  };
  await warmUp({ url, key: "ut_key", regions: ["us", "eu", "asia"] }, tell);
  expect(asked.toSorted()).toEqual(
    ["asia", "eu", "us"].map(
      (region) => `POST /v1/features?pool=mean&region=${region} Bearer ut_key`,
    ),
  );
  expect(told).toEqual([
    expect.stringMatching(/^us: warm-up: a clip of 5 s took \d+ ms \(cold\)$/),
    expect.stringMatching(/^eu: warm-up: a clip of 5 s took \d+ ms \(cold\)$/),
    expect.stringMatching(/^asia: warm-up: answers 503: The region asia is unavailable\./),
  ]);
});

it("a Worker alone gets one, and an address that nobody answers at is told", async () => {
  answer = (_, response) => response.writeHead(200, WARM).end("{}");
  await warmUp({ url, key: "ut_key", regions: [] }, tell);
  expect(told).toEqual([
    expect.stringMatching(/^warm-up: a clip of 5 s took \d+ ms \(warm already\)$/),
  ]);
  await warmUp({ url: new URL("http://127.0.0.1:9/"), key: "ut_key", regions: [] }, tell);
  expect(told[1]).toMatch(/^warm-up: ECONNREFUSED/);
});

it("comes before the examination, which would hide what is cold; their key is revoked afterwards", async () => {
  for (const [name, value] of Object.entries(d1.variables)) vi.stubEnv(name, value);
  const asked: string[] = [];
  const tokens = new Set<string | undefined>();
  const now = new Date().toISOString();
  const healthy = {
    runtime: "workerd",
    place: { colo: null, country: null, continent: null },
    ...{ began_at: now, ended_at: now, checks: [{ name: "packs", status: "ok", detail: "whole" }] },
  };
  answer = (request, response) => {
    const { pathname } = new URL(request.url ?? "", url);
    asked.push(pathname);
    if (pathname !== "/healthz") tokens.add(request.headers.authorization?.replace("Bearer ", ""));
    response.writeHead(200, WARM).end(JSON.stringify(healthy));
  };
  expect(await tryOut({ remote: true }, url, ["eu"], tell)).toBe(true);
  expect(asked.filter((path) => path !== "/healthz")).toEqual(["/v1/features", "/v1/self-test"]);
  expect(asked[0]).toBe("/healthz");
  expect(told[0]).toMatch(/^eu: warm-up: a clip of 5 s took/);
  expect(told[1]).toContain("packs");
  const [token] = tokens;
  expect(tokens.size).toBe(1);
  const parsed = (await parseToken(token ?? "")) as ParsedToken;
  expect(await listKeys(d1.database)).toMatchObject([
    { id: parsed.keyId, scopes: ["features", "self-test"], revokedAt: expect.any(Number) },
  ]);
});

it("without an address or a database it fails nothing, and says what is missing", async () => {
  await warmUpRegion({ remote: true }, null, "eu", tell);
  expect(told[0]).toContain("give --domain");
  await warmUpRegion({ remote: true, env: "no environment" }, url, "eu", tell);
  expect(told[1]).toMatch(/^eu: warm-up: no key could be made for it: /);
});
