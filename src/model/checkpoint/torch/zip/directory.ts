/** The directory of a zip file: which members it has, and where; only what torch writes, which is never compressed. */
import type { RangedFile } from "../../files/ranges.ts";
import { invalidFile, readView } from "../file-parts.ts";
import { findDirectory } from "./end.ts";
import { readEntry, type ZipMember } from "./entry.ts";

const LOCAL_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;

/** One member per tensor and a few more. */
const MAX_MEMBERS = 65_535;
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;

/**
 * The members of the zip file, by name.
 * @throws UndertoneError `checkpoint-invalid` if the directory is broken; `checkpoint-unsupported` if a member is
 *   compressed or encrypted.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function readZipDirectory(file: RangedFile): Promise<Map<string, ZipMember>> {
  const { position, bytes, entries } = await findDirectory(file);
  if (entries > MAX_MEMBERS || bytes > MAX_DIRECTORY_BYTES) {
    throw invalidFile(file, `has a directory of ${entries} members in ${bytes} bytes`);
  }
  const directory = await readView(file, position, bytes);
  const members = new Map<string, ZipMember>();
  let at = 0;
  for (let index = 0; index < entries; index++) {
    const { member, end } = readEntry(file, directory, at);
    if (members.has(member.name)) throw invalidFile(file, `has two members ${member.name}`);
    members.set(member.name, member);
    at = end;
  }
  return members;
}

/**
 * Offset of the bytes of `member`.
 * @throws UndertoneError `checkpoint-invalid` if they do not lie in the file.
 */
export async function memberStart(file: RangedFile, member: ZipMember): Promise<number> {
  const header = await readView(file, member.headerPosition, LOCAL_BYTES);
  // Names and fields here may be longer than in the directory: torch pads with them.
  const start =
    member.headerPosition + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  if (header.getUint32(0, true) !== LOCAL_SIGNATURE || start + member.bytes > file.bytes) {
    throw invalidFile(file, `has no ${member.name} where its directory says`);
  }
  return start;
}
