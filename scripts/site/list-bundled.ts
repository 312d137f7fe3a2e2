/**
 * Lists what Scalar's script contains, for site/docs/bundled.json. `node scripts/site/list-bundled.ts <folder>` reads a folder in
 * which `npm install @scalar/api-reference` was run: the source map names the packages, and their folders have their licences.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Packages under the same licence by the same authors. */
export interface BundledPackages {
  readonly licence: string;
  /** The lines of their licence file that say whose they are; none where there is no such file. */
  readonly copyright: readonly string[];
  /** Names with versions. */
  readonly packages: readonly string[];
}

/** What `site/docs/bundled.json` holds. */
export interface Bundled {
  /** The version of Scalar's API reference whose source map was read. */
  readonly map: string;
  /** The version of the script that is served. */
  readonly script: string;
  readonly bundled: readonly BundledPackages[];
}

const SCALAR = "node_modules/@scalar/api-reference";
/** How pnpm, with which Scalar is built, names the folder of a package. */
const PLACE = /\.pnpm\/@?[^/@]+@([^_/]+)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const COPYRIGHT = /^(copyright (?!notice|owner|licen|statement)|\(c\) ?\d|©)/i;

async function listBundled(folder: string): Promise<BundledPackages[]> {
  const map = await readFile(join(folder, SCALAR, "dist/browser/standalone.js.map"), "utf8");
  const versions = new Map<string, string>();
  for (const source of (JSON.parse(map) as { sources: string[] }).sources) {
    const [, version, name] = PLACE.exec(source) ?? [];
    if (version !== undefined && name !== undefined) versions.set(name, version);
  }
  const groups = new Map<string, BundledPackages & { packages: string[] }>();
  for (const [name, version] of [...versions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { licence, copyright } = await readLicence(join(folder, "node_modules", name));
    const key = JSON.stringify([licence, copyright]);
    const group = groups.get(key) ?? { licence, copyright, packages: [] };
    group.packages.push(`${name} ${version}`);
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

async function readLicence(folder: string) {
  const { license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((name) => /^(licen[cs]e|copying)/i.test(name));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  const lines = text.split("\n").map((line) => line.trim());
  const copyright = lines.filter(
    (line) => COPYRIGHT.test(line) && !/^COPYRIGHT HOLDERS|\[yyyy\]/.test(line),
  );
  return { licence: license as string, copyright: [...new Set(copyright)] };
}

if (import.meta.main) {
  const folder = process.argv[2] ?? ".";
  const { version } = JSON.parse(await readFile(join(folder, SCALAR, "package.json"), "utf8"));
  const bundled = await listBundled(folder);
  console.log(JSON.stringify({ map: version, script: version, bundled }, null, 2));
}
