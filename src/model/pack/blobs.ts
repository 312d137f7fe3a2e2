/** Reading a pack's blobs: checked against their SHA-256, read once more from the tier below if damaged. */
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import { getInto, type ReusedMemory } from "../../reused-memory.ts";
import type { Blob, PackStorage } from "./manifest.ts";

/** Reads a blob; `part` names what it is for in errors, and `memory` is used again by whoever drops its bytes. */
export type BlobReader = (
  blob: Blob,
  part: string,
  memory?: ReusedMemory,
) => Promise<Uint8Array<ArrayBuffer>>;

/** Receives the report of a damaged blob, before the second read. */
export type DamageReport = (key: string, reason: string) => void;

/** A checksum of 64 bits against damage. */
export type Checksum = (bytes: Uint8Array) => bigint;

/**
 * Makes a reader of blobs in `storage`.
 * @param checksum tells whether what is read again is what had the right SHA-256, which costs less than SHA-256 does on one
 *   thread; SHA-256 alone does if it is left out
 * @throws UndertoneError (the reader) `pack-damaged` if the second copy is missing or wrong too.
 */
export function blobReader(
  storage: PackStorage,
  reportDamage: DamageReport,
  checksum?: Checksum,
): BlobReader {
  const isRight = checksum === undefined ? hasRightSha256 : rightnessBy(checksum);
  const read = async (blob: Blob, memory: ReusedMemory | undefined) => {
    const bytes = await getInto(storage, blob.key, memory);
    if (bytes === null) return "is missing";
    return (await isRight(bytes, blob.sha256)) ? bytes : "does not match its SHA-256";
  };
  return async (blob, part, memory) => {
    const first = await read(blob, memory);
    if (typeof first !== "string") return first;
    reportDamage(blob.key, first);
    await storage.evict?.(blob.key);
    const second = await read(blob, memory);
    if (typeof second !== "string") return second;
    throw damagedPack(`'${part}' ${second}, twice`, { part, sha256: blob.sha256 });
  };
}

/** The error of a pack that cannot be run. */
export function damagedPack(
  what: string,
  extensions: Record<string, unknown> = {},
): UndertoneError {
  return new UndertoneError(
    "pack-damaged",
    `The pack ${what}: install it again with 'undertone pack install <dir>', or build it again.`,
    extensions,
  );
}

type IsRight = (bytes: Uint8Array<ArrayBuffer>, sha256: string) => boolean | Promise<boolean>;

const hasRightSha256: IsRight = async (bytes, sha256) => (await sha256Of(bytes)) === sha256;

/** A blob that is read a second time is one that does not stay in memory: from then on its checksum is known. */
function rightnessBy(checksum: Checksum): IsRight {
  /** By SHA-256; `null` after the first read. */
  const checksums = new Map<string, bigint | null>();
  return async (bytes, sha256) => {
    const known = checksums.get(sha256) ?? null;
    if (known !== null) return checksum(bytes) === known;
    if (!(await hasRightSha256(bytes, sha256))) return false;
    checksums.set(sha256, checksums.has(sha256) ? checksum(bytes) : null);
    return true;
  };
}
