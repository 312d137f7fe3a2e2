/** Makes build/package/: the package that is published as `undertone` on npm. The repository itself stays private. */
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type InlineConfig } from "tsdown";
import { buildBrowser, declareTypes } from "./build-browser.ts";
import { buildClientTypes } from "./build-client-types.ts";
import { buildWasm } from "./build-wasm.ts";
import { packageManifest } from "./package/manifest.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const PACKAGE = join(REPOSITORY, "build/package");

/** What npm shows, and what the code reads, by paths from dist/ as it has them from the repository's root. */
const DOCUMENTS = ["README.md", "LICENSE", "docs/licences.md"];
const DATA = ["build/codecs", "build/kernels", "build/unshared", "migrations", "models"];

const MODULES = {
  "client/index": "src/client/index.ts",
  "client/node": "src/client/node.ts",
  "functions/server": "functions/server.ts",
};
const PROGRAMS = ["src/cli/undertone.ts", "functions/node.ts"];
/** Scripts of threads, which the code names by `new URL`. */
const THREADS = [
  "src/model/backend/node/kernel-thread.ts",
  "src/platform/node/engines/thread.ts",
  "src/platform/node/decoders/thread.ts",
];

/** Commands, and the modules that each of them imports. */
const COMMANDS = {
  undertone: ["../older-node.js", "../src/cli/undertone.js"],
  "undertone-server": ["../functions/node.js"],
};

const COMMON: InlineConfig = {
  cwd: REPOSITORY,
  config: false,
  format: "esm",
  target: "node20.11",
  clean: false,
  logLevel: "warn",
  fixedExtension: false,
  deps: { neverBundle: true },
};

/** Builds the package into `folder`, whose previous content is removed. */
export async function buildPackage(folder = PACKAGE): Promise<void> {
  await buildWasm();
  await buildClientTypes();
  await rm(folder, { recursive: true, force: true });
  const dist = join(folder, "dist");
  // Their types are written out in full, so that declarations need no compiler, which takes ten times as long.
  const dts = { generator: "oxc" } as const;
  await build({ ...COMMON, entry: MODULES, outDir: dist, platform: "neutral", dts });
  // Files keep their places, since the code finds its data and its threads by paths from its own.
  await build({
    ...COMMON,
    entry: [...PROGRAMS, ...THREADS],
    root: REPOSITORY,
    outDir: dist,
    unbundle: true,
    platform: "node",
    dts: false,
    plugins: [threadScripts],
  });
  await buildBrowser({ engine: join(dist, "browser"), site: join(folder, "site") });
  await rm(join(folder, "site"), { recursive: true });
  await declareTypes(join(dist, "browser/types"));
  await copyFiles(folder, dist);
  await writeCommands(join(dist, "bin"));
  const manifest = await packageManifest(REPOSITORY);
  await writeJson(join(folder, "package.json"), manifest);
  // The server reads its version from the package.json above its own file.
  const { name, version, type } = manifest;
  await writeJson(join(dist, "package.json"), { name, version, type });
}

/** Threads run what their scripts have become. */
const threadScripts = {
  name: "thread-scripts",
  transform: (code: string) =>
    code.replace(
      /new URL\("(\.\/[\w-]+)\.ts", import\.meta\.url\)/g,
      'new URL("$1.js", import.meta.url)',
    ),
};

async function writeJson(file: string, value: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}

async function copyFiles(folder: string, dist: string): Promise<void> {
  for (const file of DOCUMENTS) await cp(join(REPOSITORY, file), join(folder, file));
  for (const path of DATA) {
    await cp(join(REPOSITORY, path), join(dist, path), { recursive: true });
  }
  await cp(join(REPOSITORY, "scripts/package/older-node.js"), join(dist, "older-node.js"));
}

async function writeCommands(folder: string): Promise<void> {
  await mkdir(folder);
  for (const [name, modules] of Object.entries(COMMANDS)) {
    const file = join(folder, `${name}.js`);
    const imports = modules.map((module) => `import "${module}";\n`).join("");
    await writeFile(file, `#!/usr/bin/env node\n${imports}`);
    await chmod(file, 0o755);
  }
}

if (import.meta.main) {
  await buildPackage();
  console.log("Built build/package: npm pack ./build/package shows what would be published.");
}
