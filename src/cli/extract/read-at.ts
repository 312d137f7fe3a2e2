/** Reading a range of a file. */
import type { FileHandle } from "node:fs/promises";

/** The bytes from `position` on, fewer than `length` at the end of the file. */
export async function readAt(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
