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

/**
 * Makes a reader of blobs in `storage`.
 * @throws UndertoneError (the reader) `pack-damaged` if the second copy is missing or wrong too.
 */
export function blobReader(storage: PackStorage, reportDamage: DamageReport): BlobReader {
  return async (blob, part, memory) => {
    const first = await checkedRead(blob, storage, memory);
    if (typeof first !== "string") return first;
    reportDamage(blob.key, first);
    await storage.evict?.(blob.key);
    const second = await checkedRead(blob, storage, memory);
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

async function checkedRead(
  blob: Blob,
  storage: PackStorage,
  memory: ReusedMemory | undefined,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const bytes = await getInto(storage, blob.key, memory);
  if (bytes === null) return "is missing";
  if ((await sha256Of(bytes)) !== blob.sha256) return "does not match its SHA-256";
  return bytes;
}
