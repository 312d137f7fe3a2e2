/** A page of somebody who has installed the package: its script is a bundle, and the engine's files lie beside it. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ISOLATION_HEADERS } from "../../functions/site-headers.ts";
import { MISSING_CHROMIUM, startChromium } from "../support/browser/chromium.ts";
import { bundle } from "./bundle.ts";
import type { Service } from "./runtimes.ts";

const SCRIPT = `
import { createClient, ServiceError, verifyWebhook } from "undertone";
import { openEngine, UndertoneError } from "undertone/browser";
const engineFor = (service) =>
  openEngine({ service, assets: new URL("undertone/", location.href).href, backend: "wasm" });
globalThis.tryPackage = async (service) => {
  const clip = await (await fetch("clip.wav")).blob();
  const client = createClient({ baseUrl: service });
  const engine = engineFor(service);
  const model = "spoken-words-q8";
  const [said, pooled, remote] = await Promise.all([
    engine.answer({ task: "transcription", clip, model }),
    engine.compute({ clip, model, pool: "mean" }),
    client.features(clip, { model, pool: "mean" }),
  ]);
  const refused = await engine.compute({ clip: new Uint8Array(9), model }).catch((error) => error);
  engine.close();
  const closed = await engine.compute({ clip, model }).catch((error) => error);
  return {
    text: said.text,
    remoteText: (await client.transcribe(clip)).text,
    isSameVector: pooled.tensors[0].data.every((value, at) => value === remote.layers[0].data[at]),
    size: pooled.tensors[0].data.length,
    backend: pooled.backend,
    isThreaded: pooled.backendReport.threads > 1,
    errors: [refused, closed].map((error) => error instanceof UndertoneError && error.slug),
    functions: [ServiceError, verifyWebhook].map((one) => typeof one),
  };
};
globalThis.engineWithoutFiles = (service) =>
  openEngine({ service, assets: new URL("nowhere/", location.href).href })
    .compute({ clip: new Uint8Array(9) })
    .catch(({ slug, message }) => ({ slug, message }));
`;

declare global {
  /** The bundle's own. */
  var tryPackage: (service: string) => Promise<Readonly<Record<string, unknown>>>;
  var engineWithoutFiles: (service: string) => Promise<Readonly<Record<string, unknown>>>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves what a developer would: below /isolated/ with the headers that threads need, below /plain/ without. */
export interface PageServer {
  readonly origin: string;
  /** What is served, by name; names below `undertone/` are files of the installed module. */
  readonly files: Map<string, Uint8Array | string>;
  /** The folder of the installed module. */
  engine: string;
  close(): void;
}

/** Starts it. */
export async function startPageServer(): Promise<PageServer> {
  const files = new Map<string, Uint8Array | string>();
  const server: Server = createServer(async (request, response) => {
    const [, kind = "", ...rest] = new URL(request.url ?? "", "http://page").pathname.split("/");
    const name = rest.join("/") || "index.html";
    const inEngine = /^undertone\/(.*)$/.exec(name)?.[1];
    const body =
      inEngine === undefined
        ? files.get(name)
        : await readFile(join(served.engine, normalize(`/${inEngine}`))).catch(() => undefined);
    if (body === undefined) return void response.writeHead(404).end();
    if (kind === "isolated") {
      for (const [header, value] of Object.entries(ISOLATION_HEADERS)) {
        response.setHeader(header, value);
      }
    }
    response.setHeader("Content-Type", TYPES[extname(name)] ?? "application/octet-stream");
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const served: PageServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    engine: "",
    close: () => server.close(),
  };
  return served;
}

/** Loads the bundle in a real Chromium; `pageOf` is a server that the service lets in by `CORS_ORIGINS`. */
export function describeBundledPage(serviceOf: () => Service, pageOf: () => PageServer): void {
  const missing = MISSING_CHROMIUM === null ? "" : `: skipped, for ${MISSING_CHROMIUM}`;
  const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";

  describe.skipIf(isSkipped)(`in a bundled page in Chromium${missing}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      const { project, clip } = serviceOf();
      const served = pageOf();
      served.engine = join(project.installed, "dist/browser");
      const script = `<script type="module" src="page.js"></script>`;
      served.files.set("index.html", `<!doctype html><title>Bundled</title>${script}`);
      served.files.set("page.js", await bundle(project, SCRIPT, "browser"));
      served.files.set("clip.wav", await readFile(clip));
      browser = await startChromium({ webgpu: false });
    });
    afterAll(() => browser?.close());

    const open = async (kind: "isolated" | "plain") => {
      const page = await browser.newPage();
      await page.goto(`${pageOf().origin}/${kind}/`);
      await page.waitForFunction(() => "tryPackage" in globalThis);
      return page;
    };

    test.each(["isolated", "plain"] as const)(
      "the engine and the client give the same, %s",
      async (kind) => {
        const { url, text } = serviceOf();
        const page = await open(kind);
        expect(await page.evaluate((service) => globalThis.tryPackage(service), url)).toEqual({
          ...{ text, remoteText: text, size: 128, isSameVector: true },
          backend: "wasm",
          isThreaded: kind === "isolated",
          errors: ["not-audio", "request-aborted"],
          functions: ["function", "function"],
        });
        await page.close();
      },
    );

    test("a page without the engine's files is told so", async () => {
      const page = await open("plain");
      const told = await page.evaluate(
        (url) => globalThis.engineWithoutFiles(url),
        serviceOf().url,
      );
      expect(told).toMatchObject({ slug: "storage-unavailable" });
      expect(told.message).toContain("/plain/nowhere/");
      await page.close();
    });
  });
}
