/** Workers bundled as `wrangler deploy` does it: each once, however often it is booted. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { experimental_readRawConfig } from "wrangler";
import { runWrangler } from "../../src/cli/wrangler/run.ts";
import { joinWork } from "../../src/once.ts";

/** What `wrangler deploy` would upload. */
export interface WorkerBuild {
  readonly main: string;
  readonly wasm: readonly { readonly name: string; readonly contents: Uint8Array }[];
}

const bundles = new Map<string, Promise<string>>();

/**
 * The path of a configuration like `configPath`, whose Worker is bundled already.
 * @throws Error with wrangler's output if it cannot be bundled
 */
export async function bundledConfig(configPath: string): Promise<string> {
  const root = dirname(configPath);
  const { build: _, d1_databases = [], ...rest } = readConfig(configPath);
  const databases = d1_databases.map(
    ({ migrations_dir: migrations = "migrations", ...database }) => ({
      ...database,
      migrations_dir: resolve(root, migrations),
    }),
  );
  const folder = await bundleOf(configPath);
  const config = {
    ...rest,
    main: join(folder, mainOf(await readdir(folder))),
    no_bundle: true,
    find_additional_modules: true,
    d1_databases: databases,
  };
  const path = join(await mkdtemp(join(parentFolder(), "config-")), "wrangler.json");
  await writeFile(path, JSON.stringify(config));
  return path;
}

/**
 * What `wrangler deploy` would upload with a configuration.
 * @throws Error with wrangler's output if it cannot be bundled
 */
export async function buildWorker(configPath: string): Promise<WorkerBuild> {
  const folder = await bundleOf(configPath);
  const names = await readdir(folder);
  const wasm = await Promise.all(
    names
      .filter((name) => name.endsWith(".wasm"))
      .map(async (name) => ({ name, contents: await readFile(join(folder, name)) })),
  );
  const main = await readFile(join(folder, mainOf(names)), "utf8");
  return { main, wasm };
}

/** The folder of the bundle of a configuration's main module. */
function bundleOf(configPath: string): Promise<string> {
  const main = resolve(dirname(configPath), String(readConfig(configPath).main));
  const name = `${basename(main, ".ts")}-${createHash("sha256").update(main).digest("hex")}`;
  return joinWork(bundles, name, () => sharedBundle(configPath, join(parentFolder(), name)));
}

/** Another process may make it at the same time; one of the two bundles stays. */
async function sharedBundle(configPath: string, path: string): Promise<string> {
  if (existsSync(path)) return path;
  const own = await bundle(configPath);
  await rename(own, path).catch(() => rm(own, { recursive: true }));
  return path;
}

async function bundle(configPath: string): Promise<string> {
  const folder = await mkdtemp(join(parentFolder(), "bundle-"));
  const cwd = dirname(configPath);
  const args = ["deploy", "--dry-run", "--cwd", cwd, "--config", configPath, "--outdir", folder];
  const { status, output } = await runWrangler(args);
  if (status !== 0) throw new Error(output);
  return folder;
}

function readConfig(configPath: string) {
  return experimental_readRawConfig({ config: configPath }).rawConfig;
}

function mainOf(names: readonly string[]): string {
  return names.find((name) => name.endsWith(".js")) ?? "";
}

/** `UNDERTONE_BUNDLES`, in which processes share bundles; else a folder that ends with this process. */
function parentFolder(): string {
  const shared = process.env.UNDERTONE_BUNDLES;
  if (shared !== undefined) return shared;
  const own = mkdtempSync(join(tmpdir(), "undertone-bundles-"));
  process.on("exit", () => rmSync(own, { recursive: true }));
  process.env.UNDERTONE_BUNDLES = own;
  return own;
}
