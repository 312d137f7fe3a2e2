/** Serves the static files, in front of the API: the API page, and the page that `npm run site` builds. */
import { existsSync, readdirSync } from "node:fs";
import { sep } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Fetch } from "./node-server.ts";
import { siteHeadersOf } from "./site-headers.ts";

const MAX_AGE_SECONDS = 600;

/** Addresses that are not those of files, and the file of each; Workers have the same. */
const PAGES: Readonly<Record<string, string>> = { "/": "/index.html", "/docs": "/docs.html" };
/** Addresses that lead to another one. */
const MOVED: Readonly<Record<string, string>> = { "/docs/": "/docs", "/docs.html": "/docs" };

/** Answers with the files that `directory` has now, whoever asks; every other request goes to `api` as it came. */
export function withSite(directory: string, api: Fetch): Fetch {
  if (!existsSync(directory)) return api;
  const files = filesOf(directory);
  const isStatic = (path: string) => files.has(PAGES[MOVED[path] ?? path] ?? path);
  const site = staticApp(directory, api);
  return (request, bindings) =>
    isStatic(new URL(request.url).pathname)
      ? site.fetch(request, bindings)
      : api(request, bindings);
}

function filesOf(directory: string): ReadonlySet<string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(directory.length))
      .map((path) => path.replaceAll(sep, "/")),
  );
}

function staticApp(directory: string, api: Fetch): Hono<{ Bindings: HttpBindings }> {
  const files = serveStatic({
    root: directory,
    precompressed: true,
    rewriteRequestPath: (path) => PAGES[path] ?? path,
  });
  const site = new Hono<{ Bindings: HttpBindings }>();
  for (const [from, to] of Object.entries(MOVED)) site.get(from, (c) => c.redirect(to));
  site.use(async (c, next) => {
    const file = await files(c, next);
    if (!(file instanceof Response)) return;
    file.headers.set("Cache-Control", `public, max-age=${MAX_AGE_SECONDS}`);
    for (const [name, value] of Object.entries(siteHeadersOf(c.req.path))) {
      file.headers.set(name, value);
    }
    return file;
  });
  // Other methods, and a file that is gone.
  site.all("*", (c) => api(c.req.raw, c.env));
  return site;
}
