/** A dataset as a NumPy .npz: a stored zip of arrays, and `metadata.json`. */
import { Zip, ZipPassThrough } from "fflate";
import { UndertoneError } from "../../../errors.ts";
import { npyHeader } from "../../../formats/npy.ts";
import { ZIP_EPOCH } from "../../../formats/npz.ts";
import { valueSize } from "../../../formats/values.ts";
import { type Output, type OutputBytes, valuesOf } from "./format.ts";
import { arraysOf, clipsJson } from "./tensors.ts";

/** A zip without the extension for larger ones. */
const LARGEST_ZIP_BYTES = 2 ** 32 - 1;
const LARGEST_ZIP_ENTRIES = 2 ** 16 - 2;

/**
 * Writes the arrays of `arraysOf` as `<name>.npy`, then `metadata.json`.
 * @throws UndertoneError `invalid-option` for more than a zip holds: 4 GiB, or 65,534 arrays.
 */
export async function* npzBytes(output: Output): OutputBytes {
  requireFits(output);
  const { dtype } = output;
  const written: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    written.push(part);
  });
  const add = (name: string) => {
    const file = new ZipPassThrough(name);
    file.mtime = ZIP_EPOCH;
    zip.add(file);
    return file;
  };
  for (const { name, shape, pieces } of arraysOf(output)) {
    const file = add(`${name}.npy`);
    file.push(npyHeader(shape, dtype));
    for await (const piece of pieces()) {
      file.push(piece);
      yield* written.splice(0);
    }
    file.push(new Uint8Array(0), true);
    yield* written.splice(0);
  }
  const file = add("metadata.json");
  const encoder = new TextEncoder();
  for (const text of clipsJson(output)) {
    file.push(encoder.encode(text));
    yield* written.splice(0);
  }
  file.push(new Uint8Array(0), true);
  zip.end();
  yield* written;
}

function requireFits({ clips, tensors, dtype }: Output): void {
  const values = clips.reduce((sum, clip) => sum + valuesOf(clip, tensors), 0);
  const isPooled = tensors[0]?.isPooled === true;
  const arrays = isPooled ? tensors.length : clips.length * tensors.length;
  if (values * valueSize(dtype) < LARGEST_ZIP_BYTES && arrays <= LARGEST_ZIP_ENTRIES) return;
  throw new UndertoneError(
    "invalid-option",
    `The output has ${arrays} arrays of ${values} numbers, and an npz holds ${LARGEST_ZIP_ENTRIES} and 4 GiB: name an --out in .safetensors or .parquet.`,
    { option: "out" },
  );
}
