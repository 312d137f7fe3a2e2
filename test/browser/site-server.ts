/** The built page and the service behind one real HTTP server, as a deployment has them. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { buildBrowser } from "../../scripts/build-browser.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { startService } from "../http/service.ts";
import { installGolden, nodeRegistry } from "../tiny-pack.ts";

const SITE = new URL("../../build/site/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** A server and what it was asked for. */
export interface SiteServer {
  readonly url: string;
  readonly requested: string[];
  close(): Promise<void>;
}

/** Builds the page and serves it with two tiny packs; `isolated` pages may share memory between threads. */
export async function startSite({ isolated }: { isolated: boolean }): Promise<SiteServer> {
  await buildBrowser();
  const packs = memoryStore();
  await installGolden(packs, "tiny-group", "fp32");
  await installGolden(packs, "tiny-group", "q8");
  const { app } = startService(nodeRegistry(packs), { packs });
  const headers = isolated ? await isolationHeaders() : {};
  const requested: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    requested.push(pathname);
    const file = pathname === "/" ? "index.html" : pathname.slice(1);
    const bytes = await readFile(new URL(file, SITE)).catch(() => null);
    if (bytes === null) return relay(await app.fetch(await toRequest(request)), response);
    response.writeHead(200, { ...headers, "Content-Type": TYPES[extname(file)] ?? "text/plain" });
    response.end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requested,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What the page's own _headers file says of every path. */
async function isolationHeaders(): Promise<Record<string, string>> {
  const text = await readFile(new URL("_headers", SITE), "utf8");
  const lines = text.split("\n").filter((line) => line.startsWith("  "));
  return Object.fromEntries(lines.map((line) => line.trim().split(": ")));
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const body = incoming.method === "POST" ? Buffer.concat(await incoming.toArray()) : null;
  const headers = incoming.headers as Record<string, string>;
  const { method = "GET" } = incoming;
  return new Request(`http://127.0.0.1${incoming.url}`, { method, headers, body });
}

async function relay(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}
