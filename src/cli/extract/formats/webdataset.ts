/** A dataset as WebDataset reads it (github.com/webdataset/webdataset, "The WebDataset Format"): a tar archive of samples. */

import { totalBytes } from "../../../bytes.ts";
import { npyParts } from "../../../formats/npy.ts";
import { BLOCK_BYTES, fileHeader } from "../sources/tar-header.ts";
import { describeClip, type Output, type OutputBytes } from "./format.ts";

/** Samples are called by their number, which sorts, since a key ends at the first dot and paths have dots. */
const KEY_DIGITS = 9;

/** Writes `<number>.json`, which says what is known of a clip, and `<number>.<tensor>.npy` for each tensor, clip by clip. */
export async function* webdatasetBytes(output: Output): OutputBytes {
  const { clips, columns, description, dtype } = output;
  for (const [index, clip] of clips.entries()) {
    const key = String(index).padStart(KEY_DIGITS, "0");
    const known = { ...describeClip(clip, columns), ...description };
    yield* member(`${key}.json`, [new TextEncoder().encode(JSON.stringify(known))]);
    for (const tensor of await output.read(index)) {
      yield* member(`${key}.${tensor.name}.npy`, [...npyParts(tensor, dtype)]);
    }
  }
  // Two blocks of zeros end an archive.
  yield new Uint8Array(2 * BLOCK_BYTES);
}

function* member(name: string, parts: readonly Uint8Array[]): Generator<Uint8Array> {
  const size = totalBytes(parts);
  yield fileHeader(name, size);
  yield* parts;
  yield new Uint8Array((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}
