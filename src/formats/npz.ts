/** Tensors as a NumPy .npz file: a stored zip with one .npy per tensor, and `metadata.json`. */
import { Zip, ZipPassThrough } from "fflate";
import type { FeatureTensor } from "../results/computed.ts";
import type { Dtype } from "./format.ts";
import type { FeatureMetadata } from "./metadata.ts";
import { npyParts } from "./npy.ts";

/** Zip's own epoch, in local time because zip times are local: the same bytes at any time and in any time zone. */
export const ZIP_EPOCH = new Date(1980, 0, 1);

/** Writes `<name>.npy` for each tensor, in order, then `metadata.json`; nothing is compressed, for floats hardly do. */
export function* npzParts(
  tensors: readonly FeatureTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): Generator<Uint8Array> {
  const written: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    written.push(part);
  });
  for (const tensor of tensors) {
    addStored(zip, `${tensor.name}.npy`, npyParts(tensor, dtype));
    yield* written.splice(0);
  }
  addStored(zip, "metadata.json", [new TextEncoder().encode(JSON.stringify(metadata))]);
  zip.end();
  yield* written;
}

function addStored(zip: Zip, name: string, parts: Iterable<Uint8Array>): void {
  const file = new ZipPassThrough(name);
  file.mtime = ZIP_EPOCH;
  zip.add(file);
  for (const part of parts) file.push(part);
  file.push(new Uint8Array(0), true);
}
