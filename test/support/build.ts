/**
 * Before any test: the WASM that tests and the Workers they boot read, with every codec, the types of the client, and a folder for
 * the Worker's bundle.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildClientTypes } from "../../scripts/build-client-types.ts";
import { buildWasm } from "../../scripts/build-wasm.ts";

export async function setup(): Promise<() => Promise<void>> {
  const { UNDERTONE_CODECS: _, ...environment } = process.env;
  await buildWasm(environment);
  await buildClientTypes();
  const bundles = await mkdtemp(join(tmpdir(), "undertone-bundles-"));
  process.env.UNDERTONE_BUNDLES = bundles;
  return () => rm(bundles, { recursive: true });
}
