/** Bundles the engine for browsers into build/browser/ and the page that uses it into build/site/. */
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

const REPOSITORY = join(import.meta.dirname, "..");
const ENGINE = join(REPOSITORY, "build/browser");
const SITE = join(REPOSITORY, "build/site");

/** What the engine loads at run time, beside its own code; see src/model/backend/browser.ts. */
const ASSETS = [
  "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  "node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs",
  "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm",
  "build/kernels/relaxed-simd.wasm",
  "build/kernels/simd.wasm",
];

const BUNDLING: BuildOptions = {
  bundle: true,
  format: "esm",
  target: "es2024",
  minify: true,
  sourcemap: true,
  logLevel: "warning",
  // onnxruntime's glue asks for them where it finds itself in Node only.
  external: ["module", "worker_threads"],
};

/** Builds both; the kernels must have been built before. */
export async function buildBrowser(): Promise<void> {
  await Promise.all([ENGINE, SITE].map((folder) => rm(folder, { recursive: true, force: true })));
  await mkdir(ENGINE, { recursive: true });
  await build({
    ...BUNDLING,
    entryPoints: ["index", "worker"].map((name) => join(REPOSITORY, `src/browser/${name}.ts`)),
    outdir: ENGINE,
  });
  for (const asset of ASSETS) {
    const name = asset.slice(asset.lastIndexOf("/") + 1);
    await cp(join(REPOSITORY, asset), join(ENGINE, name), { dereference: true });
  }
  await cp(join(REPOSITORY, "site/public"), SITE, { recursive: true });
  await build({
    ...BUNDLING,
    entryPoints: [join(REPOSITORY, "site/page.ts")],
    outdir: SITE,
  });
  await cp(ENGINE, join(SITE, "engine"), { recursive: true });
}

if (import.meta.main) await buildBrowser();
