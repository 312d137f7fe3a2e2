/** One entry of a zip file's directory. */
import { UndertoneError } from "../../../../errors.ts";
import type { RangedFile } from "../../files/ranges.ts";
import { invalidFile, u64 } from "../file-parts.ts";

const ENTRY_BYTES = 46;
const ENTRY_SIGNATURE = 0x02014b50;
const ZIP64_FIELD = 0x0001;
/** Value of a 32-bit field whose number is in the zip64 field. */
const ELSEWHERE = 0xffffffff;
const ENCRYPTED = 0x1;

/** A member: its bytes lie in the file as they are. */
export interface ZipMember {
  readonly name: string;
  /** Offset of its local header, which its bytes follow. */
  readonly headerPosition: number;
  readonly bytes: number;
}

/**
 * Reads the directory's entry at `at` of `view`.
 * @throws UndertoneError `checkpoint-invalid` if it is broken; `checkpoint-unsupported` if the member is compressed or
 *   encrypted.
 */
export function readEntry(
  file: RangedFile,
  view: DataView<ArrayBuffer>,
  at: number,
): { member: ZipMember; end: number } {
  const isWhole = at + ENTRY_BYTES <= view.byteLength;
  if (!isWhole || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
    throw invalidFile(file, "has a damaged directory");
  }
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const fieldsEnd = nameEnd + view.getUint16(at + 30, true);
  const end = fieldsEnd + view.getUint16(at + 32, true);
  if (end > view.byteLength) throw invalidFile(file, "has a damaged directory");
  const name = new TextDecoder().decode(
    new Uint8Array(view.buffer, at + ENTRY_BYTES, nameEnd - at - ENTRY_BYTES),
  );
  const isCompressed = view.getUint16(at + 10, true) !== 0;
  if (isCompressed || view.getUint16(at + 8, true) & ENCRYPTED) {
    throw new UndertoneError(
      "checkpoint-unsupported",
      `${file.name} has ${name} compressed or encrypted, which torch.save never does; save it again with torch.save.`,
      { file: file.name },
    );
  }
  const large = wideNumbers(file, view, nameEnd, fieldsEnd);
  const wide = (offset: number): number => {
    const narrow = view.getUint32(at + offset, true);
    return narrow === ELSEWHERE ? large() : narrow;
  };
  // The zip64 field holds what did not fit, in this order; stored, both sizes are one.
  const bytes = wide(24);
  if (wide(20) !== bytes) throw invalidFile(file, `gives ${name} two sizes`);
  return { member: { name, bytes, headerPosition: wide(42) }, end };
}

/** Hands out the 64-bit numbers of an entry's zip64 field, one after another. */
function wideNumbers(
  file: RangedFile,
  view: DataView<ArrayBuffer>,
  start: number,
  end: number,
): () => number {
  let next = end;
  let fieldEnd = end;
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_FIELD) continue;
    next = at + 4;
    fieldEnd = Math.min(end, next + view.getUint16(at + 2, true));
    break;
  }
  return () => {
    if (next + 8 > fieldEnd) throw invalidFile(file, "has a damaged directory");
    next += 8;
    return u64(file, view, next - 8);
  };
}
