/** The two layouts of torch.save, opened alike: one pickle, and where the storages that it names lie. */
import type { RangedFile } from "../files/ranges.ts";
import { invalidPickle } from "../pickle/refusals.ts";
import type { PickleValue, TensorStorage } from "../pickle/values.ts";

/** A file of torch.save whose pickle has been read. */
export interface TorchArchive {
  /** The saved object. */
  readonly root: PickleValue;
  /**
   * Offset of the first element of `storage` in the file.
   * @throws UndertoneError `checkpoint-invalid` if the file has no such storage, or less or more of it.
   */
  locate(storage: TensorStorage): Promise<number>;
}

/** A part of the file where a storage should be. */
export interface StoragePart {
  readonly bytes: number;
  start(): number | Promise<number>;
}

/**
 * Offset of `storage`, if `part` has exactly its size.
 * @throws UndertoneError `checkpoint-invalid` otherwise.
 */
export async function locateIn(
  part: StoragePart | undefined,
  { key, elements, element }: TensorStorage,
  file: RangedFile,
): Promise<number> {
  const bytes = elements * element.bytes;
  if (part?.bytes === bytes) return part.start();
  const found = part === undefined ? "has none" : `has ${part.bytes} bytes of it`;
  throw invalidPickle(`names storage ${key} of ${bytes} bytes; ${file.name} ${found}`);
}
