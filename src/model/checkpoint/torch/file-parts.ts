/** Numbers and refusals that both layouts of torch's files share. */
import { UndertoneError } from "../../../errors.ts";
import type { RangedFile } from "../files/ranges.ts";

/** A 64-bit number. @throws UndertoneError `checkpoint-invalid` above 2^53. */
export function u64(file: RangedFile, view: DataView<ArrayBuffer>, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > Number.MAX_SAFE_INTEGER)
    throw invalidFile(file, "has an offset larger than any file");
  return Number(value);
}

/** The bytes from `position` on, to read numbers from. */
export async function readView(
  file: RangedFile,
  position: number,
  length: number,
): Promise<DataView<ArrayBuffer>> {
  return new DataView((await file.read(position, length)).buffer);
}

/** A file that breaks its format. */
export function invalidFile(file: RangedFile, what: string): UndertoneError {
  return new UndertoneError("checkpoint-invalid", `${file.name} ${what}; fetch it again.`, {
    file: file.name,
  });
}
