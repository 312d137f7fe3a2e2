/** The build step of the API page, /docs: Scalar's API reference, taken out of an installed package, and the page around it. */
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { headersFile } from "../../functions/site-headers.ts";
import { writeUnlessPresent } from "../write-unless-present.ts";
import { scalarLicences } from "./scalar-licences.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const SOURCES = join(REPOSITORY, "site/docs");

/** Holds the whole of @scalar/api-reference as one script, without the hundreds of packages that it is made of. */
const PACKAGE = "@scalar/fastify-api-reference";

/** Served beside the script; the page links it. */
const LICENCES = "docs/licences-of-scalar.txt";

/**
 * Writes the page, the files that it loads and the headers of both into the folder `site`; what is there and right is left
 * alone. Without the package, a tool of development, it says so and the service has no such page.
 */
export async function buildApiPage(site: string): Promise<void> {
  const scalar = join(REPOSITORY, "node_modules", PACKAGE);
  const manifest = await readFile(join(scalar, "package.json"), "utf8").catch(() => null);
  if (manifest === null) {
    console.error(
      `${PACKAGE} is not installed, so there is no API page at /docs: run npm install.`,
    );
    return;
  }
  const { version } = JSON.parse(manifest) as { version: string };
  const script = `docs/scalar-${version}.js`;
  const write = (name: string, content: Uint8Array | string) =>
    writeUnlessPresent(join(site, name), content);
  await mkdir(join(site, "docs"), { recursive: true });
  if (!existsSync(join(site, `${script}.gz`))) {
    const text = await scriptOf(scalar);
    await write(script, text);
    // A Node server compresses nothing while it answers.
    await write(`${script}.gz`, await promisify(gzip)(text));
  }
  await write(LICENCES, await scalarLicences());
  for (const name of ["reference.css", "reference.js"]) {
    await write(`docs/${name}`, await readFile(join(SOURCES, name)));
  }
  const page = await readFile(join(SOURCES, "index.html"), "utf8");
  await write("docs.html", page.replace("/docs/scalar.js", `/${script}`));
  await write("_headers", headersFile());
}

interface Route {
  readonly url: string;
  handler(request: object, reply: Reply): void;
}

interface Reply {
  header(): Reply;
  send(body: string): void;
}

/** The script, from the route at which the package, a plugin of Fastify, serves it. */
async function scriptOf(scalar: string): Promise<string> {
  const { default: plugin } = await import(pathToFileURL(join(scalar, "dist/index.js")).href);
  const routes: Route[] = [];
  const server = { route: (route: Route) => routes.push(route) };
  plugin(server, { configuration: { url: "/openapi.json" } }, () => {});
  return await new Promise((resolve, reject) => {
    const reply: Reply = { header: () => reply, send: resolve };
    const route = routes.find(({ url }) => url.endsWith("/js/scalar.js"));
    if (route === undefined) reject(new Error(`${PACKAGE} serves no script any more.`));
    else route.handler({}, reply);
  });
}
