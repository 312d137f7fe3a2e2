/** Before any test: the WASM that tests and the Workers they boot read, with every codec, and a folder for the Worker's bundle. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWasm } from "../../scripts/build-wasm.ts";

export async function setup(): Promise<() => Promise<void>> {
  const { UNDERTONE_CODECS: _, ...environment } = process.env;
  await buildWasm(environment);
  const bundles = await mkdtemp(join(tmpdir(), "undertone-bundles-"));
  process.env.UNDERTONE_BUNDLES = bundles;
  return () => rm(bundles, { recursive: true });
}
