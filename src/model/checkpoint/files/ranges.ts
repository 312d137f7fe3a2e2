/** Parts of files: a checkpoint is larger than what should be in memory at a time. */
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { UndertoneError } from "../../../errors.ts";

/** A file whose parts can be read in any order. No handle stays open between calls. */
export interface RangedFile {
  /** The file's own name, for messages. */
  readonly name: string;
  readonly bytes: number;
  /**
   * Reads `length` bytes from `position` on, in a buffer that holds nothing else.
   * @throws UndertoneError `checkpoint-invalid` if the file ends before that.
   */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opens the file at `path` for reading in parts. */
export async function openRangedFile(path: string): Promise<RangedFile> {
  const name = basename(path);
  const { size } = await withHandle(path, (file) => file.stat());
  return {
    name,
    bytes: size,
    read: async (position, length) => {
      if (length > size - position) throw endsTooEarly(name);
      return withHandle(path, (file) => readExactly(file, name, position, length));
    },
  };
}

async function withHandle<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readExactly(
  file: FileHandle,
  name: string,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw endsTooEarly(name);
    filled += bytesRead;
  }
  return bytes;
}

function endsTooEarly(name: string): UndertoneError {
  return new UndertoneError("checkpoint-invalid", `${name} ends too early; fetch it again.`, {
    file: name,
  });
}
