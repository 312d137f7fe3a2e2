import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OutboundRequest } from "../../src/outbound/send.ts";
import { nodeSend, type ResolveName } from "../../src/outbound/send-node.ts";
import { startHttpServer, type TestServer } from "../support/jobs/http-server.ts";
import { PRIVATE_HOSTS } from "../support/jobs/ssrf-payloads.ts";

const NAME = "audio.undertone.dev";
const NOT_ALLOWED = { slug: "url-not-allowed" };
const LOOPBACK = { address: "127.0.0.1", family: 4 };
const PUBLIC = { address: "1.1.1.1", family: 4 };

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
const TLS = { key: fixture("key.pem"), cert: fixture("certificate.pem") };

let plain: TestServer;
let secure: TestServer;
beforeAll(async () => {
  plain = await startHttpServer(({ path }, response) => {
    if (path === "/empty") response.writeHead(204).end();
    else if (path === "/moved") response.writeHead(302, { Location: "/elsewhere" }).end("moved");
    else if (path === "/gzip") {
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("clip"));
    } else response.end("clip");
  });
  secure = await startHttpServer((_, response) => response.end("clip"), TLS);
});
beforeEach(() => {
  plain.received.length = 0;
  secure.received.length = 0;
});
afterAll(async () => {
  await Promise.all([plain.close(), secure.close()]);
});

const get = (url: string): OutboundRequest => ({ url, method: "GET", headers: {} });
const soon = () => AbortSignal.timeout(10_000);

/** A resolver that gives one answer after the other, and which names it was asked for. */
function resolverOf(...answers: { address: string; family: number }[][]) {
  const asked: string[] = [];
  const resolve: ResolveName = async (name) => {
    asked.push(name);
    return answers[Math.min(asked.length, answers.length) - 1] ?? [];
  };
  return { resolve, asked };
}

describe("nodeSend", () => {
  const development = nodeSend({ allowPrivate: true });

  it("sends method, headers and body as they are", async () => {
    const request = {
      url: `${plain.url}/hook?a=1`,
      method: "POST",
      headers: { "X-A": "b" },
      body: "é",
    } as const;
    const answer = await development(request, soon());
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("clip");
    expect(plain.received).toMatchObject([
      { method: "POST", path: "/hook?a=1", body: "é", headers: { "x-a": "b" } },
    ]);
  });

  it("gives a redirect as the answer that it is", async () => {
    const answer = await development(get(`${plain.url}/moved`), soon());
    expect(answer.status).toBe(302);
    expect(answer.headers.get("Location")).toBe("/elsewhere");
    expect(plain.received).toHaveLength(1);
    await answer.body?.cancel();
  });

  it("gives an answer without a body", async () => {
    const answer = await development(get(`${plain.url}/empty`), soon());
    expect([answer.status, answer.body]).toEqual([204, null]);
  });

  it("decodes what was compressed all the same", async () => {
    expect(await (await development(get(`${plain.url}/gzip`), soon())).text()).toBe("clip");
  });

  it("ends with its signal", async () => {
    await expect(development(get(plain.url), AbortSignal.abort())).rejects.toThrow(/abort/i);
    expect(plain.received).toHaveLength(0);
  });

  it.each(PRIVATE_HOSTS)("requests nothing of the host %s", async (host) => {
    const strict = nodeSend({ allowPrivate: false });
    await expect(strict(get(`https://${host}/`), soon())).rejects.toMatchObject(NOT_ALLOWED);
  });
});

describe("nodeSend to a name", () => {
  const strictWith = (resolve: ResolveName) => nodeSend({ allowPrivate: false }, resolve);

  it.each([
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1",
    "fd00::1",
    "64:ff9b::7f00:1",
  ])("ends where the name resolves to %s", async (address) => {
    const { resolve } = resolverOf([{ address, family: address.includes(":") ? 6 : 4 }]);
    const sent = strictWith(resolve)(get(`https://${NAME}/`), soon());
    await expect(sent).rejects.toMatchObject(NOT_ALLOWED);
  });

  it("ends where only one of several addresses is private", async () => {
    const { resolve } = resolverOf([PUBLIC, LOOPBACK]);
    const sent = strictWith(resolve)(get(`https://${NAME}/`), soon());
    await expect(sent).rejects.toMatchObject(NOT_ALLOWED);
  });

  it("ends where the name has no address", async () => {
    const { resolve } = resolverOf([]);
    await expect(strictWith(resolve)(get(`https://${NAME}/`), soon())).rejects.toThrow(
      "no address",
    );
  });

  it("resolves once and connects to that answer, whatever a second one would be", async () => {
    const { resolve, asked } = resolverOf([LOOPBACK], [PUBLIC]);
    const send = nodeSend({ allowPrivate: true }, resolve);
    const answer = await send(get(`http://${NAME}:${plain.port}/`), soon());
    expect(await answer.text()).toBe("clip");
    expect(asked).toEqual([NAME]);
    expect(plain.received[0]?.headers.host).toBe(`${NAME}:${plain.port}`);
  });

  it("refuses a name that was public at first and is private the next time", async () => {
    const { resolve, asked } = resolverOf([PUBLIC], [LOOPBACK]);
    const send = strictWith(resolve);
    await send(get(`https://${NAME}/`), AbortSignal.timeout(1)).catch(() => {});
    await expect(send(get(`https://${NAME}/`), soon())).rejects.toMatchObject(NOT_ALLOWED);
    expect(asked).toHaveLength(2);
  });
});

describe("nodeSend over TLS", () => {
  const usual = getCACertificates();
  beforeAll(() => setDefaultCACertificates([...usual, TLS.cert]));
  afterAll(() => setDefaultCACertificates(usual));
  const { resolve } = resolverOf([LOOPBACK]);
  const send = nodeSend({ allowPrivate: true }, resolve);

  it("checks the certificate against the name, not the address", async () => {
    const answer = await send(get(`https://${NAME}:${secure.port}/`), soon());
    expect(await answer.text()).toBe("clip");
  });

  it("sends nothing to a server whose certificate is for another name", async () => {
    const sent = send(get(`https://other.undertone.dev:${secure.port}/`), soon());
    await expect(sent).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(secure.received).toHaveLength(0);
  });
});
