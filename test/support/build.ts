/** Before any test: the WASM that tests and the Workers they boot read, with every codec. */
import { buildWasm } from "../../scripts/build-wasm.ts";

export async function setup(): Promise<void> {
  const { UNDERTONE_CODECS: _, ...environment } = process.env;
  await buildWasm(environment);
}
