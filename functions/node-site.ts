/** Serves the page that `npm run site` builds, with the engine for browsers beside it, in front of the API. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Fetch } from "./node-server.ts";
import { SITE_HEADERS } from "./site-headers.ts";

const MAX_AGE_SECONDS = 600;

/** Answers with the files of `directory` where there are such, whoever asks; else as `api` does. */
export function withSite(directory: string, api: Fetch): Fetch {
  if (!existsSync(join(directory, "index.html"))) return api;
  const site = new Hono<{ Bindings: HttpBindings }>();
  site.use(
    serveStatic({
      root: directory,
      onFound(_path, c) {
        for (const [name, value] of Object.entries(SITE_HEADERS)) c.header(name, value);
        c.header("Cache-Control", `public, max-age=${MAX_AGE_SECONDS}`);
      },
    }),
  );
  site.all("*", (c) => api(c.req.raw, c.env));
  return (request, bindings) => site.fetch(request, bindings);
}
