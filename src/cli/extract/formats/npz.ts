/** A dataset as a NumPy .npz: a stored zip of arrays, and `metadata.json`. */
import { UndertoneError } from "../../../errors.ts";
import { npyHeader } from "../../../formats/npy.ts";
import { LARGEST_ZIP_BYTES, type StoredFile, storedZip } from "../../../formats/npz.ts";
import { valueSize } from "../../../formats/values.ts";
import { type Output, type OutputBytes, valuesOf } from "./format.ts";
import { arraysOf, clipsJson } from "./tensors.ts";

const LARGEST_ZIP_ENTRIES = 2 ** 16 - 2;

/**
 * Writes the arrays of `arraysOf` as `<name>.npy`, then `metadata.json`.
 * @throws UndertoneError `invalid-option` for more than a zip holds: 4 GiB, or 65,534 arrays.
 */
export async function* npzBytes(output: Output): OutputBytes {
  requireFits(output);
  yield* storedZip(filesOf(output));
}

function* filesOf(output: Output): Generator<StoredFile> {
  for (const { name, shape, pieces } of arraysOf(output)) {
    yield { name: `${name}.npy`, pieces: npyPieces(npyHeader(shape, output.dtype), pieces()) };
  }
  yield { name: "metadata.json", pieces: encoded(clipsJson(output)) };
}

async function* npyPieces(header: Uint8Array, values: OutputBytes): OutputBytes {
  yield header;
  yield* values;
}

function* encoded(texts: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const text of texts) yield encoder.encode(text);
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
