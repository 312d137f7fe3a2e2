import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { createKey } from "../../src/keys/table.ts";
import { manifestKey, packBlobs } from "../../src/model/pack/manifest.ts";
import { readManifest } from "../../src/model/pack/registry.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../support/runtimes/node.ts";
import { MISSING_CHROMIUM, startChromium } from "../support/browser/chromium.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;
const TIMEOUT_MS = 20_000;
const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";

describe.skipIf(isSkipped)("a page of another origin, in Chromium", { timeout: 60_000 }, () => {
  let directory: string;
  let open: StartedServer;
  let keyed: StartedServer;
  let id: string;
  let blob: string;
  let browser: Browser;
  const other = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><title>Other</title>");
  });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "undertone-other-origin-"));
    const packs = join(directory, "packs");
    const store = filesystemStore(packs);
    id = await installGolden(store, "tiny-group", "fp32");
    const manifest = (await store.get(manifestKey(id))) as Uint8Array<ArrayBuffer>;
    blob = packBlobs((await readManifest(manifest)).manifest)[0].key;
    const start = (name: string, variables: Readonly<Record<string, string>> = {}) =>
      startNodeServer({ PACKS: packs, DATA: join(directory, name), ...variables });
    open = await start("open", { UNDERTONE_OPEN: "1" });
    keyed = await start("keyed", { UNDERTONE_OPEN: "0" });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    browser = await startChromium({ webgpu: false });
  });
  afterAll(async () => {
    await browser?.close();
    other.close();
    for (const server of [open, keyed]) {
      server?.process.kill("SIGTERM");
      await server?.ended;
    }
    await rm(directory, { recursive: true });
  });

  let page: Page;
  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    return () => page.close();
  });

  const secrets = async () => (await fetch(`${open.url}/v1/webhook-secrets`)).json();

  it("rotates no secrets of an open service by fetch", async () => {
    const before = await secrets();
    const status = await page.evaluate(async (url) => {
      // The answer is kept from the page by its Cross-Origin-Resource-Policy; the request is sent all the same.
      await fetch(url, { method: "POST", mode: "no-cors" }).catch(() => {});
      return fetch(url, { method: "POST" }).then(
        () => "read",
        () => "refused",
      );
    }, `${open.url}/v1/webhook-secrets`);
    expect(status).toBe("refused");
    const posted = open.logs().filter(({ method }) => method === "POST");
    expect(posted.map(({ problem }) => problem)).toContain("cross-origin-request");
    expect(await secrets()).toEqual(before);
  });

  it.each([
    ["a form", ""],
    ["a form in a sandboxed frame, whose origin is null", "allow-scripts allow-forms"],
  ])("nor by %s", async (_, sandbox) => {
    const before = await secrets();
    const requests = () => open.logs().filter(({ method }) => method === "POST");
    const { length } = requests();
    await page.evaluate(
      ({ url, sandbox }) => {
        const frame = document.createElement("iframe");
        if (sandbox !== "") frame.setAttribute("sandbox", sandbox);
        frame.srcdoc = `<form method="post" action="${url}"></form><script>document.forms[0].submit()</script>`;
        document.body.append(frame);
      },
      { url: `${open.url}/v1/webhook-secrets`, sandbox },
    );
    await vi.waitFor(() => expect(requests().length).toBeGreaterThan(length), TIMEOUT_MS);
    expect(requests().at(-1)).toMatchObject({ status: 403, problem: "cross-origin-request" });
    expect(await secrets()).toEqual(before);
  });

  it("reads nothing of an open service but packs", async () => {
    const read = (path: string) =>
      page.evaluate(
        (url) =>
          fetch(url).then(
            ({ status }) => status,
            () => "refused",
          ),
        `${open.url}${path}`,
      );
    expect(await read("/v1/models")).toBe("refused");
    expect(await read("/v1/jobs")).toBe("refused");
    expect(await read(`/v1/packs/${id}/manifest.json`)).toBe(200);
  });

  it("reads a pack with a key, which takes a preflight, and a part of a blob", async () => {
    const { close, ...database } = openSqliteDatabase(
      join(directory, "keyed/undertone.sqlite"),
      MIGRATIONS,
    );
    const grant = { scopes: ["features" as const], requestsPerMinute: 60 };
    const { token } = await createKey(database, grant, Date.now());
    close();
    const read = await page.evaluate(
      async ({ url, id, blob, token }) => {
        const headers = { Authorization: `Bearer ${token}` };
        const answer = await fetch(`${url}/v1/packs/${id}/manifest.json`, { headers });
        const part = await fetch(`${url}/v1/packs/${blob}`, {
          headers: { ...headers, Range: "bytes=0-9" },
        });
        const refused = await fetch(`${url}/v1/packs/${blob}`);
        return {
          etag: answer.headers.get("ETag"),
          range: part.headers.get("Content-Range"),
          bytes: (await part.arrayBuffer()).byteLength,
          problem: (await refused.json()).type,
        };
      },
      { url: keyed.url, id, blob, token },
    );
    expect(read).toEqual({
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
      range: expect.stringMatching(/^bytes 0-9\/\d+$/),
      bytes: 10,
      problem: "/problems/key-missing",
    });
  });
});
