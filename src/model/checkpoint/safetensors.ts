/** Reads safetensors files lazily: the header at once, each tensor when it is asked for. */
import { type FileHandle, open } from "node:fs/promises";
import { UndertoneError } from "../../errors.ts";
import type { WeightTensor } from "./checkpoint.ts";
import { convertToFloat32, WEIGHT_DTYPES } from "./float-conversion.ts";
import {
  LENGTH_BYTES,
  parseHeader,
  parseHeaderLength,
  type TensorEntry,
} from "./safetensors-header.ts";

/** A safetensors file whose header has been read. */
export interface SafetensorsFile {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /**
   * Reads one tensor as float32.
   * @throws UndertoneError `checkpoint-invalid` if the file has no such tensor or has shrunk;
   *   `checkpoint-unsupported` if its dtype is not F32, F16 or BF16.
   */
  read(name: string): Promise<WeightTensor>;
}

/**
 * Opens the safetensors file at `path`. No file handle stays open between calls.
 * @throws UndertoneError `checkpoint-invalid` if its header breaks the format.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const { entries, dataStart } = await withFile(path, readHeader);
  const read = (name: string) => {
    const entry = entries.get(name);
    if (entry === undefined) {
      throw new UndertoneError("checkpoint-invalid", `The safetensors file has no tensor ${name}.`);
    }
    return withFile(path, (file) => readTensor(file, name, entry, dataStart));
  };
  return { entries, read: async (name) => read(name) };
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle) {
  const { size } = await file.stat();
  const prefix = await readExactly(file, 0, Math.min(LENGTH_BYTES, size));
  const headerBytes = parseHeaderLength(prefix, size);
  const dataStart = LENGTH_BYTES + headerBytes;
  const header = await readExactly(file, LENGTH_BYTES, headerBytes);
  return { entries: parseHeader(header, size - dataStart), dataStart };
}

async function readTensor(
  file: FileHandle,
  name: string,
  { dtype, shape, start, end }: TensorEntry,
  dataStart: number,
): Promise<WeightTensor> {
  if (!WEIGHT_DTYPES.has(dtype)) {
    throw new UndertoneError(
      "checkpoint-unsupported",
      `Tensor ${name} is stored as ${dtype}; save the weights as F32, F16 or BF16.`,
      { tensor: name, dtype },
    );
  }
  const bytes = await readExactly(file, dataStart + start, end - start);
  return { shape, data: convertToFloat32(bytes, dtype) };
}

async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) {
      throw new UndertoneError(
        "checkpoint-invalid",
        "The safetensors file ends too early; fetch it again.",
      );
    }
    filled += bytesRead;
  }
  return bytes;
}
