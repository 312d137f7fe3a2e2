/** What `npm install --omit=dev` brings: found by following the manifests of installed packages, as Node's resolution does. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package and where it is, relative to the repository. */
export interface InstalledPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** The SPDX expression of its manifest; undefined without one. */
  readonly license: string | undefined;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

/**
 * Every package that the repository's own dependencies lead to, nested ones included, by path.
 * @throws Error if one is missing that is not optional
 */
export function productionTree(repository: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const follow = (from: string) => {
    const manifest = readManifest(repository, from);
    for (const [name, isOptional] of neededBy(manifest)) {
      const path = resolve(repository, from, name);
      if (path === undefined && isOptional) continue;
      if (path === undefined) throw new Error(`${from} needs ${name}, which is not installed`);
      if (found.has(path)) continue;
      const { name: own, version, license } = readManifest(repository, path);
      found.set(path, {
        path,
        name: own,
        version,
        license: typeof license === "string" ? license : undefined,
      });
      follow(path);
    }
  };
  follow("");
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function readManifest(repository: string, path: string): Manifest {
  return JSON.parse(readFileSync(join(repository, path, "package.json"), "utf8"));
}

/** Names of what a package needs, and whether it does without. */
function neededBy(manifest: Manifest): Map<string, boolean> {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
  const peers = Object.keys(peerDependencies).filter(
    (name) => !manifest.peerDependenciesMeta?.[name]?.optional,
  );
  const needed = [...Object.keys(dependencies), ...peers].map((name) => [name, false] as const);
  const optional = Object.keys(optionalDependencies).map((name) => [name, true] as const);
  return new Map([...needed, ...optional]);
}

/** Where `require` of a package at `from` finds another: below itself, else beside or above. */
function resolve(repository: string, from: string, name: string): string | undefined {
  const nested = join(from, "node_modules", name);
  if (existsSync(join(repository, nested, "package.json"))) return nested;
  const above = from.lastIndexOf("node_modules/");
  return above === -1 ? undefined : resolve(repository, from.slice(0, above), name);
}
