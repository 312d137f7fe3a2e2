/** The package as somebody who has installed it has it. */
import { execFile, spawnSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { buildPackage } from "../../scripts/build-package.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** A project that has the package and what it depends on, and nothing else. */
export interface Project {
  readonly directory: string;
  /** Where the package lies. */
  readonly installed: string;
  /** What would be published. */
  readonly tarball: string;
  /** Runs a module of the project, or a command of the package, by Node or another runtime, and gives its output. */
  run(runtime: string, ...args: readonly string[]): Promise<string>;
  write(file: string, text: string): Promise<string>;
}

/**
 * Builds and packs the package, and unpacks it below `folder`. What it depends on is linked from the repository's
 * node_modules and not installed anew, which takes half a minute: what package.json does not name cannot be found.
 */
export async function installPackage(folder: string): Promise<Project> {
  const built = join(folder, "package");
  await buildPackage(built);
  const packed = await run("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: built,
  });
  const tarball = join(folder, packed.stdout.trim());
  const directory = join(folder, "project");
  const modules = join(directory, "node_modules");
  const installed = join(modules, "undertone");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
  const { dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(REPOSITORY, "node_modules", name), join(modules, name));
  }
  const write = async (file: string, text: string) => {
    await writeFile(join(directory, file), text);
    return join(directory, file);
  };
  await write("package.json", JSON.stringify({ type: "module" }));
  return {
    directory,
    installed,
    tarball,
    write,
    async run(runtime, ...args) {
      // Packages of the repository may not be found by the variables of the test either.
      const { NODE_PATH: _, NODE_OPTIONS: _options, ...env } = process.env;
      return (await run(runtime, args, { cwd: directory, env })).stdout;
    },
  };
}

/** The Node 20 of this machine, outside of node_modules; `null` if there is none. */
export function findNode20(): string | null {
  const places = (process.env.PATH ?? "")
    .split(":")
    .filter((place) => !place.includes("node_modules"));
  const nodes = places.map((place) => join(place, "node"));
  return nodes.find((node) => versionOf(node).startsWith("v20.")) ?? null;
}

function versionOf(node: string): string {
  return spawnSync(node, ["--version"], { encoding: "utf8" }).stdout ?? "";
}
