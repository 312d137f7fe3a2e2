/** Tensors as a NumPy .npz file: a stored zip with one .npy per tensor, and `metadata.json`. */
import { Zip, ZipPassThrough } from "fflate";
import type { FeatureTensor } from "../results/computed.ts";
import type { Dtype } from "./format.ts";
import type { FeatureMetadata } from "./metadata.ts";
import { npyParts } from "./npy.ts";

/** A zip without the extension for larger ones. */
export const LARGEST_ZIP_BYTES = 2 ** 32 - 1;

/** Zip's own epoch, in local time because zip times are local: the same bytes at any time and in any time zone. */
const ZIP_EPOCH = new Date(1980, 0, 1);

/** A file of a zip. */
export interface StoredFile {
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Writes `<name>.npy` for each tensor, in order, then `metadata.json`; nothing is compressed, for floats hardly do. */
export function* npzParts(
  tensors: readonly FeatureTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): Generator<Uint8Array> {
  const written: Uint8Array[] = [];
  const zip = collectingZip(written);
  for (const tensor of tensors) {
    addStored(zip, `${tensor.name}.npy`, npyParts(tensor, dtype));
    yield* written.splice(0);
  }
  addStored(zip, "metadata.json", [new TextEncoder().encode(JSON.stringify(metadata))]);
  zip.end();
  yield* written;
}

function addStored(zip: Zip, name: string, parts: Iterable<Uint8Array>): void {
  const file = storedFile(zip, name);
  for (const part of parts) file.push(part);
  file.push(new Uint8Array(0), true);
}

/** Writes a zip of files whose bytes come piece by piece, in the bytes of one that is written at once. */
export async function* storedZip(files: Iterable<StoredFile>): AsyncGenerator<Uint8Array> {
  const written: Uint8Array[] = [];
  const zip = collectingZip(written);
  for (const { name, pieces } of files) {
    const file = storedFile(zip, name);
    for await (const piece of pieces) {
      file.push(piece);
      yield* written.splice(0);
    }
    file.push(new Uint8Array(0), true);
    yield* written.splice(0);
  }
  zip.end();
  yield* written;
}

function collectingZip(written: Uint8Array[]): Zip {
  return new Zip((error, part) => {
    if (error) throw error;
    written.push(part);
  });
}

function storedFile(zip: Zip, name: string): ZipPassThrough {
  const file = new ZipPassThrough(name);
  file.mtime = ZIP_EPOCH;
  zip.add(file);
  return file;
}
