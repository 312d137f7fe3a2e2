/** The package.json of the package on npm, made from that of the repository. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const DIST = "./dist";

/** Entries by their names, and where each lies below dist/; the file of its types is beside it unless it is given. */
const ENTRIES = {
  ".": { module: "client/index" },
  "./client": { module: "client/index" },
  "./node": { module: "client/node" },
  "./browser": { module: "browser/index", types: "browser/types/browser/index" },
  "./server": { module: "functions/server" },
} as const;

const KEPT = [
  "name",
  "version",
  "description",
  "license",
  "type",
  "repository",
  "engines",
  "dependencies",
  "optionalDependencies",
] as const;

/** Reads the repository's manifest and gives the package's, which lacks `private` and what only a clone needs. */
export async function packageManifest(repository: string): Promise<Record<string, unknown>> {
  const own = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  const exports = Object.entries(ENTRIES).map(([name, entry]) => {
    const types = "types" in entry ? entry.types : entry.module;
    return [name, { types: `${DIST}/${types}.d.ts`, default: `${DIST}/${entry.module}.js` }];
  });
  return {
    ...Object.fromEntries(KEPT.filter((name) => name in own).map((name) => [name, own[name]])),
    keywords: ["wavlm", "speech", "audio", "features", "embeddings", "transcription"],
    exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" },
    bin: { undertone: "dist/bin/undertone.js", "undertone-server": "dist/bin/undertone-server.js" },
    files: ["dist", "docs"],
    publishConfig: { access: "public", provenance: true },
  };
}
