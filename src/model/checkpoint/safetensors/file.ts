/** Reads safetensors files lazily: the header at once, each tensor when it is asked for. */
import { UndertoneError } from "../../../errors.ts";
import type { WeightTensor } from "../checkpoint.ts";
import { convertToFloat32, requireWeightDtype } from "../files/float-conversion.ts";
import { openRangedFile, type RangedFile } from "../files/ranges.ts";
import type { TensorFile } from "../files/tensor-file.ts";
import { LENGTH_BYTES, parseHeader, parseHeaderLength, type TensorEntry } from "./header.ts";

/** A safetensors file whose header has been read. */
export interface SafetensorsFile extends TensorFile {
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/**
 * Opens the safetensors file at `path`. No file handle stays open between calls.
 * @throws UndertoneError `checkpoint-invalid` if its header breaks the format.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openRangedFile(path);
  const { entries, dataStart } = await readHeader(file);
  return {
    entries,
    shapes: new Map([...entries].map(([name, { shape }]) => [name, shape])),
    read: async (name) => {
      const entry = entries.get(name);
      if (entry !== undefined) return readTensor(file, name, entry, dataStart);
      throw new UndertoneError("checkpoint-invalid", `${file.name} has no tensor ${name}.`);
    },
  };
}

async function readHeader(file: RangedFile) {
  const prefix = await file.read(0, Math.min(LENGTH_BYTES, file.bytes));
  const headerBytes = parseHeaderLength(prefix, file.bytes);
  const dataStart = LENGTH_BYTES + headerBytes;
  const header = await file.read(LENGTH_BYTES, headerBytes);
  return { entries: parseHeader(header, file.bytes - dataStart), dataStart };
}

async function readTensor(
  file: RangedFile,
  name: string,
  { dtype, shape, start, end }: TensorEntry,
  dataStart: number,
): Promise<WeightTensor> {
  requireWeightDtype(name, dtype);
  return { shape, data: convertToFloat32(await file.read(dataStart + start, end - start), dtype) };
}
