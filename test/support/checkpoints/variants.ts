/** The checkpoint files of test/fixtures/checkpoints/variants, as torch wrote them. */
import { readFile } from "node:fs/promises";
import { zstdDecompressSync } from "node:zlib";
import { fixture } from "./files.ts";

/** Every weight file of the folder. */
export const VARIANTS = [
  "bf16.bin",
  "f16.bin",
  "legacy_not_zip.bin",
  "parameters.bin",
  "pytorch_model.bin",
  "shared_storage.bin",
  "strided.bin",
  "tiny-afc.pytorch_model.bin",
  "tiny-afc.model.safetensors",
  "tiny-group-unilm-torch1.13.0.pt",
  "tiny-group-unilm-torch2.13.0.pt",
] as const;
export type Variant = (typeof VARIANTS)[number];

/** The bytes of one of them. */
export async function variantBytes(name: Variant): Promise<Uint8Array<ArrayBuffer>> {
  const dictionary = await readFile(fixture("golden/tiny-group/model.safetensors"));
  const compressed = await readFile(fixture(`checkpoints/variants/${name}.zst`));
  return Uint8Array.from(zstdDecompressSync(compressed, { dictionary }));
}
