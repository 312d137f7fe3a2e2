import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { get } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NodeServer, startServer } from "../../functions/node-server.ts";
import { withSite } from "../../functions/node-site.ts";
import { SITE_HEADERS, siteHeadersOf } from "../../functions/site-headers.ts";
import { buildBrowser } from "../../scripts/build-browser.ts";
import { type LocalWorker, startWranglerDev } from "../../scripts/wrangler-dev.ts";
import { startService } from "../support/http/service.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");
/** https://developers.cloudflare.com/workers/platform/limits/#static-assets */
const LARGEST_ASSET_BYTES = 25 * 2 ** 20;

let folder: string;
let site: string;
let worker: LocalWorker;
let server: NodeServer;
const urls: Record<string, string> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "undertone-worker-site-"));
  site = join(folder, "site");
  await buildBrowser({ engine: join(folder, "engine"), site });
  const port = await freePort();
  worker = startWranglerDev(port, join(folder, "state"), [CONFIG], site);
  const { app } = startService(undefined, { isOpen: false });
  const fetch = withSite(site, (request) => app.fetch(request));
  server = await startServer({ host: "127.0.0.1", port: 0, maxConnections: 100 }, fetch, fetch);
  await worker.ready;
  Object.assign(urls, { workerd: `http://localhost:${port}`, Node: server.url });
});
afterAll(async () => {
  worker.stop();
  await worker.ended;
  await server.drain(AbortSignal.timeout(1000));
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The only script of the API page whose address changes with its content. */
async function scalarPath(): Promise<string> {
  const names = (await readdir(join(site, "docs"))).filter((name) => /^scalar-.*\.js$/.test(name));
  expect(names).toHaveLength(1);
  return `/docs/${names[0]}`;
}

describe.each(["Node", "workerd"])("in %s", (runtime) => {
  test("the page has the headers of both runtimes, and the API is beside it", async () => {
    const url = urls[runtime];
    const page = await fetch(`${url}/`);
    expect(await page.text()).toContain("<title>Undertone</title>");
    for (const [name, value] of Object.entries(siteHeadersOf("/"))) {
      expect(page.headers.get(name), name).toBe(value);
    }
    expect(page.headers.get("Permissions-Policy")).toMatch(/camera=\(\).*microphone=\(self\)/);
    expect(SITE_HEADERS["Permissions-Policy"]).toContain("microphone=()");
    const { headers } = await fetch(`${url}/healthz`);
    expect(headers.get("X-Request-Id")).not.toBeNull();
    expect(headers.get("Content-Security-Policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test("every file of the engine is served as it was built", async () => {
    for (const name of [
      "index.js",
      "worker.js",
      "kernel-thread.js",
      "ort-wasm-simd-threaded.wasm",
      "ort-wasm-simd-threaded.asyncify.wasm.gz",
      "codecs/opus.wasm",
    ]) {
      const answer = await fetch(`${urls[runtime]}/engine/${name}`);
      const served = new Uint8Array(await answer.arrayBuffer());
      expect(served.length, name).toBeLessThan(LARGEST_ASSET_BYTES);
      const built = await readFile(join(folder, "site/engine", name));
      expect(Buffer.compare(served, built), name).toBe(0);
    }
  });

  test("the API page is for everybody, under a policy of its own", async () => {
    for (const path of ["/docs", "/docs/", "/docs.html"]) {
      const page = await fetch(`${urls[runtime]}${path}`);
      expect(page.status).toBe(200);
      expect(new URL(page.url).pathname).toBe("/docs");
      expect(page.headers.get("Content-Type")).toMatch(/^text\/html; charset=utf-8$/i);
      expect(await page.text()).toContain(`<script defer src="${await scalarPath()}">`);
      const policy = page.headers.get("Content-Security-Policy") ?? "";
      const directives = Object.fromEntries(
        policy.split("; ").map((directive) => directive.split(/ (.*)/, 2)),
      );
      expect(directives).toMatchObject({
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "frame-ancestors": "'none'",
      });
      expect(policy).not.toMatch(/unsafe-eval|\*|https?:/);
      for (const [name, value] of Object.entries(SITE_HEADERS)) {
        if (name !== "Content-Security-Policy") expect(page.headers.get(name), name).toBe(value);
      }
    }
  });

  test("only reading it is, the rest is the API's", async () => {
    const { status, headers } = await fetch(`${urls[runtime]}/docs`, { method: "HEAD" });
    expect(status).toBe(200);
    expect(headers.get("Content-Type")).toContain("text/html");
    const posted = await fetch(`${urls[runtime]}/docs`, { method: "POST" });
    expect(posted.status).toBeGreaterThanOrEqual(400);
    expect(await posted.text()).not.toContain("<html");
  });

  test("its script is kept for good by browsers, and everything else is looked after", async () => {
    const path = await scalarPath();
    const built = await readFile(join(site, path));
    const script = await fetch(`${urls[runtime]}${path}`);
    expect(Buffer.compare(Buffer.from(await script.arrayBuffer()), built)).toBe(0);
    expect(script.headers.get("Content-Type")).toMatch(/^(text|application)\/javascript/);
    expect(script.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(script.headers.get("X-Content-Type-Options")).toBe("nosniff");
    for (const [name, type] of [
      ["", "text/html"],
      ["/reference.css", "text/css"],
      ["/reference.js", "text/javascript"],
      ["/licences-of-scalar.txt", "text/plain"],
    ] as const) {
      const { headers, status } = await fetch(`${urls[runtime]}/docs${name}`);
      expect(status, name).toBe(200);
      expect(headers.get("Content-Type"), name).toContain(type);
      const seconds = /max-age=(\d+)/.exec(headers.get("Cache-Control") ?? "")?.[1];
      expect(Number(seconds), name).toBeLessThanOrEqual(600);
    }
  });
});

test("a Node server sends the API page's script compressed to whoever takes that", async () => {
  const path = await scalarPath();
  const [response] = await once(
    get(`${urls.Node}${path}`, { headers: { "Accept-Encoding": "gzip" } }),
    "response",
  );
  expect(response.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
  const sent = await buffer(response);
  const built = await readFile(join(site, path));
  expect(sent.length).toBeLessThan(built.length / 3);
  expect(Buffer.compare(gunzipSync(sent), built)).toBe(0);
});
