/** The end of a zip file, which says where its directory is. */
import type { RangedFile } from "../../files/ranges.ts";
import { invalidFile, readView, u64 } from "../file-parts.ts";

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;

/** Place of the directory. */
export interface DirectoryPlace {
  readonly position: number;
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Finds the directory by the record that ends the file, or by the larger record that it points to.
 * @throws UndertoneError `checkpoint-invalid` if there is none.
 */
export async function findDirectory(file: RangedFile): Promise<DirectoryPlace> {
  const tailBytes = Math.min(file.bytes, END_BYTES + MAX_COMMENT_BYTES + LOCATOR_BYTES);
  const tail = await readView(file, file.bytes - tailBytes, tailBytes);
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_SIGNATURE) continue;
    const locator = at - LOCATOR_BYTES;
    if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_SIGNATURE) {
      return readEnd64(file, u64(file, tail, locator + 8));
    }
    return {
      entries: tail.getUint16(at + 10, true),
      bytes: tail.getUint32(at + 12, true),
      position: tail.getUint32(at + 16, true),
    };
  }
  throw invalidFile(file, "ends before its directory");
}

async function readEnd64(file: RangedFile, position: number): Promise<DirectoryPlace> {
  if (position + END64_BYTES > file.bytes) throw invalidFile(file, "ends before its directory");
  const end = await readView(file, position, END64_BYTES);
  if (end.getUint32(0, true) !== END64_SIGNATURE) {
    throw invalidFile(file, "has no directory where it says");
  }
  return {
    entries: u64(file, end, 32),
    bytes: u64(file, end, 40),
    position: u64(file, end, 48),
  };
}
