import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SITE_HEADERS } from "../../functions/site-headers.ts";
import { buildBrowser } from "../../scripts/build-browser.ts";
import { type LocalWorker, startWranglerDev } from "../../scripts/wrangler-dev.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");
/** https://developers.cloudflare.com/workers/platform/limits/#static-assets */
const LARGEST_ASSET_BYTES = 25 * 2 ** 20;

let folder: string;
let worker: LocalWorker;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "undertone-worker-site-"));
  const site = join(folder, "site");
  await buildBrowser({ engine: join(folder, "engine"), site });
  const port = await freePort();
  worker = startWranglerDev(port, join(folder, "state"), [CONFIG], site);
  url = `http://localhost:${port}`;
  await worker.ready;
});
afterAll(async () => {
  worker.stop();
  await worker.ended;
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test("a Worker serves the page, with the headers that the Node server sends, and the API beside it", async () => {
  const page = await fetch(`${url}/`);
  expect(await page.text()).toContain("<title>Undertone</title>");
  for (const [name, value] of Object.entries(SITE_HEADERS)) {
    expect(page.headers.get(name), name).toBe(value);
  }
  const { headers } = await fetch(`${url}/healthz`);
  expect(headers.get("X-Request-Id")).not.toBeNull();
  expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
});

test("every file of the engine is one that a Worker serves", async () => {
  for (const name of [
    "index.js",
    "worker.js",
    "kernel-thread.js",
    "ort-wasm-simd-threaded.wasm",
    "ort-wasm-simd-threaded.asyncify.wasm.gz",
    "codecs/opus.wasm",
  ]) {
    const served = new Uint8Array(await (await fetch(`${url}/engine/${name}`)).arrayBuffer());
    expect(served.length, name).toBeLessThan(LARGEST_ASSET_BYTES);
    const built = await readFile(join(folder, "site/engine", name));
    expect(Buffer.compare(served, built), name).toBe(0);
  }
});
