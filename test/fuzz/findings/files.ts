/** Findings as files: `<target>-<seed>.json`. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "./finding.ts";

/** Where runs write what they find. */
export const FINDINGS = "build/fuzz";
/** Findings that were faults, which are mended. */
export const MENDED = "test/fixtures/fuzz";

/** A finding and the file that it is in. */
export interface FindingFile {
  readonly path: string;
  readonly finding: Finding;
}

/** Writes it down and gives where. */
export async function keep(finding: Finding): Promise<string> {
  await mkdir(FINDINGS, { recursive: true });
  const path = join(FINDINGS, `${finding.target}-${finding.seed}.json`);
  await writeFile(path, `${JSON.stringify(finding, null, 2)}\n`);
  return path;
}

/** All findings of a folder, in the order of their names; none if there is no such folder. */
export async function findingsIn(folder: string): Promise<FindingFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const paths = names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));
  return Promise.all(
    paths.map(async (path) => ({ path, finding: JSON.parse(await readFile(path, "utf8")) })),
  );
}
