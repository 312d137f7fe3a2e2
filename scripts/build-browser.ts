/** Bundles the engine for browsers into build/browser/ and the page that uses it into build/site/, with the API page. */
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { headersFile } from "../functions/site-headers.ts";
import { CODEC_NAMES } from "../src/audio/codecs/wasm/modules.ts";
import { buildApiPage } from "./site/api-page.ts";

const REPOSITORY = join(import.meta.dirname, "..");
/** Output directories of the engine and the page; previous content is removed. */
export interface BrowserFolders {
  readonly engine: string;
  readonly site: string;
}

const BUILT: BrowserFolders = {
  engine: join(REPOSITORY, "build/browser"),
  site: join(REPOSITORY, "build/site"),
};
const ORT = "node_modules/onnxruntime-web/dist";

/** Scripts by themselves: what a page imports, and what its workers and their threads are started with. */
const SCRIPTS = [
  "src/browser/index.ts",
  "src/browser/worker.ts",
  "src/model/backend/browser/kernel-thread.ts",
];

/** Files that the engine loads at run time; see src/model/backend/browser/backend.ts. */
const ASSETS = [
  `${ORT}/ort-wasm-simd-threaded.mjs`,
  `${ORT}/ort-wasm-simd-threaded.wasm`,
  `${ORT}/ort.webgpu.bundle.min.mjs`,
  "build/kernels/relaxed-simd.wasm",
  "build/kernels/simd.wasm",
];

/** The clip of the README, which the page offers beside samples of its own. */
const EXAMPLE = "docs/example.wav";

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** 26.8 MB, more than Workers serve of one file; the browser decompresses it. */
const COMPRESSED_ASSET = `${ORT}/ort-wasm-simd-threaded.asyncify.wasm`;

/** onnxruntime's glue starts threads of its own file, so it has to stay one. */
const gluePlugin: Plugin = {
  name: "onnxruntime-glue",
  setup({ onResolve }) {
    onResolve({ filter: /^onnxruntime-web\/ort-wasm-simd-threaded\.mjs$/ }, () => ({
      path: "./ort-wasm-simd-threaded.mjs",
      external: true,
    }));
  },
};

const BUNDLING: BuildOptions = {
  bundle: true,
  format: "esm",
  target: "es2024",
  minify: true,
  sourcemap: true,
  metafile: true,
  logLevel: "warning",
  plugins: [gluePlugin],
  // Modules that packages import in Node only.
  external: ["module", "worker_threads", "node:*"],
};

/** Builds both; the kernels and the codecs must have been built before. Gives the names of the packages that are in them. */
export async function buildBrowser({ engine, site }: BrowserFolders = BUILT): Promise<string[]> {
  await Promise.all([engine, site].map((folder) => rm(folder, { recursive: true, force: true })));
  await mkdir(engine, { recursive: true });
  const bundled = await build({
    ...BUNDLING,
    entryPoints: SCRIPTS.map((script) => join(REPOSITORY, script)),
    entryNames: "[name]",
    outdir: engine,
  });
  for (const asset of ASSETS) {
    await cp(join(REPOSITORY, asset), join(engine, basename(asset)), { dereference: true });
  }
  for (const codec of CODEC_NAMES) {
    const file = `codecs/${codec}.wasm`;
    await cp(join(REPOSITORY, "build", file), join(engine, file));
  }
  const compressed = await promisify(gzip)(await readFile(join(REPOSITORY, COMPRESSED_ASSET)));
  await writeFile(join(engine, `${basename(COMPRESSED_ASSET)}.gz`), compressed);
  await cp(join(REPOSITORY, "site/public"), site, { recursive: true });
  await cp(join(REPOSITORY, EXAMPLE), join(site, "samples", basename(EXAMPLE)));
  await writeFile(join(site, "_headers"), headersFile());
  await build({
    ...BUNDLING,
    entryPoints: [join(REPOSITORY, "site/page.ts")],
    outdir: site,
  });
  await cp(engine, join(site, "engine"), { recursive: true });
  await buildApiPage(site);
  return packagesOf([...Object.keys(bundled.metafile?.inputs ?? {}), ...ASSETS]);
}

/** Writes declarations of what `undertone/browser` exports. */
export async function declareTypes(outDir: string): Promise<void> {
  const tsc = fileURLToPath(import.meta.resolve("typescript/package.json"));
  await promisify(execFile)(
    process.execPath,
    [
      join(dirname(tsc), "bin/tsc"),
      "--project",
      join(REPOSITORY, "scripts/browser-types.json"),
      "--outDir",
      outDir,
    ],
    { cwd: REPOSITORY },
  );
}

function packagesOf(paths: readonly string[]): string[] {
  const names = paths.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** Summary of the build: files, location and how to serve them. */
export async function describeBuild({ engine, site }: BrowserFolders = BUILT): Promise<string> {
  const [engineSize, siteSize] = [await sizeOf(engine), await sizeOf(site)];
  return [
    `Built ${relative(REPOSITORY, engine)}: the module undertone/browser and the files it loads (${engineSize}).`,
    `Built ${relative(REPOSITORY, site)}: the page, with a copy of them beside it (${siteSize}).`,
    "npm start and npm run serve show the page at / from their next start on; a Worker does once it is deployed by",
    "npm run deploy, or npx wrangler deploy --assets build/site. docs/backends.md says more.",
  ].join("\n");
}

async function sizeOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
}

if (import.meta.main) {
  await buildBrowser();
  await declareTypes(join(BUILT.engine, "types"));
  console.log(await describeBuild());
}
