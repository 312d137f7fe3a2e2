import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { installSpokenWords } from "../../support/packs/spoken-words.ts";
import { bundle } from "./bundle.ts";
import { findNode20, installPackage, type Project } from "./installed.ts";
import { describeBundledPage, type PageServer, startPageServer } from "./page.ts";
import { describeOtherRuntimes } from "./runtimes.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const CLIP = join(REPOSITORY, "docs/example.wav");
const TEXT = "THREE ONE FOUR ONE FIVE NINE";

let folder: string;
let project: Project;
let page: PageServer;
let server: { readonly url: string; stop(): Promise<void> };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "undertone-package-"));
  project = await installPackage(folder);
  await installSpokenWords(filesystemStore(join(folder, "packs")), "q8");
  const entry = join(project.installed, "dist/functions/server.js");
  const { startServer } = await import(/* @vite-ignore */ pathToFileURL(entry).href);
  const places = { PACKS: join(folder, "packs"), DATA: join(folder, "data") };
  const model = { DEFAULT_MODEL: "spoken-words-q8", UNDERTONE_BACKEND: "wasm" };
  page = await startPageServer();
  const open = { PORT: "0", UNDERTONE_OPEN: "1", CORS_ORIGINS: page.origin };
  const variables = { ...places, ...model, ...open };
  server = await startServer({ variables });
});
afterAll(async () => {
  page?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

test("the repository itself cannot be published, and its package can", async () => {
  const manifest = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  expect(manifest(join(REPOSITORY, "package.json")).private).toBe(true);
  const published = manifest(join(project.installed, "package.json"));
  expect(published).not.toHaveProperty("private");
  expect(published).not.toHaveProperty("scripts");
  expect(published.publishConfig).toEqual({ access: "public", provenance: true });
});

test("it has its WASM, and neither tests nor sources", async () => {
  const files = await readdir(project.installed, { recursive: true });
  const sources = files.filter((file) => /(^|\/)test(s)?\/|\.test\.|(?<!\.d)\.ts$/.test(file));
  expect(sources).toEqual([]);
  for (const file of ["build/unshared/onnxruntime.wasm", "browser/codecs/opus.wasm"]) {
    expect(files).toContain(`dist/${file}`);
  }
  const { mode } = await stat(join(project.installed, "dist/bin/undertone.js"));
  expect(mode & 0o111).toBe(0o111);
});

test("publint has nothing to say", async () => {
  const { messages } = await publint({ pkgDir: project.installed, pack: false });
  expect(messages).toEqual([]);
});

test("attw finds the types of every entry, for ES modules and bundlers", async () => {
  const tarball = new Uint8Array(await readFile(project.tarball));
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) throw new Error("there are no types");
  // CommonJS gets ES modules by require() of Node 22 and newer, and TypeScript's node10 knows no exports.
  const problems = result.problems.filter(
    (problem) => !/node10|node16-cjs/.test(JSON.stringify(problem)),
  );
  expect(problems).toEqual([]);
  expect(Object.keys(result.entrypoints)).toEqual(
    expect.arrayContaining([".", "./client", "./node", "./browser", "./server"]),
  );
});

const SCRIPT = `
import { createClient as fromRoot } from "undertone";
import { createClient, ServiceError } from "undertone/client";
import { openClip } from "undertone/node";
import { openEngine } from "undertone/browser";
import { startServer } from "undertone/server";
const [url, path] = process.argv.slice(2);
const client = createClient({ baseUrl: url });
const { text } = await client.transcribe(await openClip(path));
const { layers } = await client.features(await openClip(path), { pool: "mean" });
const refused = await client.features(new Uint8Array(9)).catch((error) => error);
console.log(JSON.stringify({
  text,
  isFloat32: layers[0].data instanceof Float32Array,
  slug: refused instanceof ServiceError && refused.slug,
  functions: [fromRoot, openEngine, startServer].map((one) => typeof one),
}));
`;

const NODE_20 = findNode20();
const missing = NODE_20 === null ? ": skipped, for no Node 20 is on the PATH" : "";

describe.each([
  { name: "Node 24", node: process.execPath },
  { name: `Node 20${missing}`, node: NODE_20 },
])("on $name", ({ node }) => {
  test.skipIf(node === null)("every entry can be imported, and the client works", async () => {
    const script = await project.write("script.js", SCRIPT);
    expect(JSON.parse(await project.run(node ?? "", script, server.url, CLIP))).toEqual({
      text: TEXT,
      isFloat32: true,
      slug: "not-audio",
      functions: ["function", "function", "function"],
    });
  });

  test.skipIf(node === null)("the command builds a pack and computes with it", async () => {
    const command = join(project.installed, "dist/bin/undertone.js");
    const model = join(project.installed, "dist/models/spoken-words");
    const pack = join(await mkdtemp(join(folder, "pack-")), "built");
    await project.run(node ?? "", command, "pack", "build", model, "--out", pack);
    const said = await project.run(node ?? "", command, "transcribe", CLIP, "--pack", pack);
    expect(JSON.parse(said)).toMatchObject({ text: TEXT, model: { id: "spoken-words-q8" } });
  });
});

const service = () => ({ project, url: server.url, clip: CLIP, text: TEXT });
describeOtherRuntimes(service);
describeBundledPage(service, () => page);

test.skipIf(NODE_20 === null)(`a server says what Node it needs${missing}`, async () => {
  const script = await project.write(
    "server.js",
    `import { startServer } from "undertone/server";
     await startServer().catch((error) => console.log(error.message));`,
  );
  expect(await project.run(NODE_20 ?? "", script)).toMatch(/Node 22\.13 or newer/);
});

test("a page is bundled without anything of Node", async () => {
  const source = `
    import { createClient, verifyWebhook } from "undertone";
    import { openEngine } from "undertone/browser";
    console.log(createClient, verifyWebhook, openEngine);`;
  const text = await bundle(project, source, "browser");
  expect(text).not.toMatch(/from\s*"node:|require\("(node:|crypto|fs)/);
});

test("a Worker computes features and transcribes through the client", async () => {
  const script = await bundle(
    project,
    `import { createClient, ServiceError } from "undertone/client";
     export default {
       async fetch(request, { SERVICE }) {
         const client = createClient({ baseUrl: SERVICE });
         const clip = new Uint8Array(await request.arrayBuffer());
         const { text } = await client.transcribe(clip);
         const { layers } = await client.features(new Blob([clip]).stream(), { pool: "mean" });
         const error = await client.embed(clip).catch((cause) => cause);
         const isRefused = error instanceof ServiceError;
         return Response.json({ text, size: layers[0].data.length, isRefused, slug: error.slug });
       },
     };`,
    "neutral",
  );
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      modules: true,
      script,
      compatibilityDate: "2026-01-01",
      bindings: { SERVICE: server.url },
    }),
  );
  try {
    const body = new Uint8Array(await readFile(CLIP));
    const response = await worker.dispatchFetch("http://worker/", { method: "POST", body });
    expect(await response.json()).toEqual({
      text: TEXT,
      size: 128,
      isRefused: false,
      slug: undefined,
    });
  } finally {
    await worker.dispose();
  }
});
