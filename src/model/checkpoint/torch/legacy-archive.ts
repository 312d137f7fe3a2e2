/** The format of torch.save before 1.6: five pickles, then the storages one after another. */
import { UndertoneError } from "../../../errors.ts";
import type { RangedFile } from "../files/ranges.ts";
import { invalidPickle } from "../pickle/refusals.ts";
import { MAX_PICKLE_BYTES, unpickle } from "../pickle/unpickle.ts";
import { isKind, type PickleValue, type TensorStorage } from "../pickle/values.ts";
import { locateIn, type StoragePart, type TorchArchive } from "./archive.ts";
import { TORCH_CLASSES } from "./classes.ts";
import { invalidFile, readView } from "./file-parts.ts";
import { parseStorageId } from "./storage-id.ts";

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const FORMAT_VERSION = 1001;
/** Before each storage: how many elements it has. */
const COUNT_BYTES = 8;

/**
 * Opens a file of torch.save that is no zip file.
 * @throws UndertoneError `checkpoint-invalid` or `checkpoint-unsafe` for what is none.
 */
export async function openLegacyArchive(file: RangedFile): Promise<TorchArchive> {
  const head = await file.read(0, Math.min(file.bytes, MAX_PICKLE_BYTES));
  const named = new Map<string, TensorStorage>();
  const loadPersistent = (id: PickleValue): TensorStorage => {
    const storage = parseStorageId(id);
    named.set(storage.key, storage);
    return storage;
  };
  let end = 0;
  const next = (): PickleValue => {
    const read = unpickle(head, end, { classes: TORCH_CLASSES, loadPersistent });
    end = read.end;
    return read.value;
  };
  if (next() !== MAGIC_NUMBER || next() !== FORMAT_VERSION) {
    throw invalidPickle("is not one of torch.save");
  }
  requireLittleEndian(next(), file);
  const root = next();
  const keys = next();
  const parts = await findStorages(file, end, keys, named);
  return { root, locate: (storage) => locateIn(parts.get(storage.key), storage, file) };
}

function requireLittleEndian(system: PickleValue, file: RangedFile): void {
  if (isKind(system, "dict") && system.entries.get("little_endian") === true) return;
  throw new UndertoneError(
    "checkpoint-unsupported",
    `${file.name} was saved on a big-endian machine; load it with torch on another and save it again.`,
  );
}

/** Walks over the storages that begin at `start`, in the order of `keys`. */
async function findStorages(
  file: RangedFile,
  start: number,
  keys: PickleValue,
  named: ReadonlyMap<string, TensorStorage>,
): Promise<Map<string, StoragePart>> {
  if (!isKind(keys, "list")) throw invalidPickle("lists no storages");
  const parts = new Map<string, StoragePart>();
  let position = start;
  for (const key of keys.items) {
    const storage = typeof key === "string" ? named.get(key) : undefined;
    if (storage === undefined) throw invalidPickle("lists a storage that no tensor names");
    const count = (await readView(file, position, COUNT_BYTES)).getBigUint64(0, true);
    const first = position + COUNT_BYTES;
    const bytes = Number(count) * storage.element.bytes;
    if (bytes > file.bytes - first) throw invalidFile(file, `ends before storage ${key} does`);
    parts.set(storage.key, { bytes, start: () => first });
    position = first + bytes;
  }
  return parts;
}
