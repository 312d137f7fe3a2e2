/** A Worker bundled as `wrangler deploy` does it. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runWrangler } from "../../src/cli/wrangler/run.ts";
import { joinWork } from "../../src/once.ts";

/** What `wrangler deploy` would upload. */
export interface WorkerBuild {
  readonly main: string;
  readonly wasm: readonly { readonly name: string; readonly contents: Uint8Array }[];
}

const builds = new Map<string, Promise<WorkerBuild>>();

/**
 * Bundles the Worker of a wrangler configuration, once in this process.
 * @throws Error with wrangler's output if it cannot be bundled
 */
export function buildWorker(configPath: string): Promise<WorkerBuild> {
  return joinWork(builds, configPath, () => build(configPath));
}

async function build(configPath: string): Promise<WorkerBuild> {
  const folder = await mkdtemp(join(tmpdir(), "undertone-built-"));
  const cwd = dirname(configPath);
  const args = ["deploy", "--dry-run", "--cwd", cwd, "--config", configPath, "--outdir", folder];
  const { status, output } = await runWrangler(args);
  if (status !== 0) throw new Error(output);
  const names = await readdir(folder);
  const wasm = await Promise.all(
    names
      .filter((name) => name.endsWith(".wasm"))
      .map(async (name) => ({ name, contents: await readFile(join(folder, name)) })),
  );
  const script = names.find((name) => name.endsWith(".js")) ?? "";
  const main = await readFile(join(folder, script), "utf8");
  await rm(folder, { recursive: true });
  return { main, wasm };
}
