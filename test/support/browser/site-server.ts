/** The built page and the service behind one real HTTP server, as the Node server has them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fetch } from "../../../functions/node-server.ts";
import { startServer } from "../../../functions/node-server.ts";
import { withSite } from "../../../functions/node-site.ts";
import { ISOLATION_HEADERS } from "../../../functions/site-headers.ts";
import { buildBrowser } from "../../../scripts/build-browser.ts";
import type { Platform } from "../../../src/platform/platform.ts";
import type { Store } from "../../../src/store/store.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { startService } from "../http/service.ts";

/** A server and what it was asked for. */
export interface SiteServer {
  readonly url: string;
  readonly requested: string[];
  close(): Promise<void>;
}

/** Builds the page and serves it with `packs`; pages that are not `isolated` may not share memory between threads. */
export async function startSite(
  packs: Store,
  { isolated }: { readonly isolated: boolean },
  platform: Partial<Platform> = {},
): Promise<SiteServer> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-site-"));
  const site = join(directory, "site");
  await buildBrowser({ engine: join(directory, "engine"), site });
  const { app } = startService(nodeRegistry(packs), { packs, ...platform });
  const whole = withSite(site, (request) => app.fetch(request));
  const requested: string[] = [];
  const fetch: Fetch = async (request, bindings) => {
    requested.push(new URL(request.url).pathname);
    const answer = await whole(request, bindings);
    return isolated ? answer : withoutIsolation(answer);
  };
  const server = await startServer(
    { host: "127.0.0.1", port: 0, maxConnections: 100 },
    fetch,
    fetch,
  );
  return {
    url: `${server.url}/`,
    requested,
    async close() {
      await server.drain(AbortSignal.timeout(1000));
      await rm(directory, { recursive: true });
    },
  };
}

function withoutIsolation(answer: Response): Response {
  const headers = new Headers(answer.headers);
  for (const name of Object.keys(ISOLATION_HEADERS)) headers.delete(name);
  return new Response(answer.body, { status: answer.status, headers });
}
