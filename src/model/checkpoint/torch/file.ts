/** Reads files of torch.save lazily and without running them: the pickle at once, each tensor when it is asked for. */
import { UndertoneError } from "../../../errors.ts";
import type { WeightTensor } from "../checkpoint.ts";
import { convertToFloat32, requireWeightDtype } from "../files/float-conversion.ts";
import { openRangedFile, type RangedFile } from "../files/ranges.ts";
import type { TensorFile } from "../files/tensor-file.ts";
import { isKind, type PickleDict, type PickleValue, type StoredTensor } from "../pickle/values.ts";
import type { TorchArchive } from "./archive.ts";
import { openLegacyArchive } from "./legacy-archive.ts";
import { gather, isContiguous, spanOf } from "./tensor-view.ts";
import { openZipArchive } from "./zip/archive.ts";

const ZIP_BEGINNING = 0x504b0304;
const PICKLE_BEGINNING = 0x80;

/** A file of torch.save. */
export interface TorchFile {
  /** The saved object: a state_dict, or a dict that contains one. */
  readonly root: PickleDict;
  /**
   * Sees the tensors of a dict in the file, and under `key.` those of dicts in it, where trainers keep state_dicts; what is no
   * tensor is left out.
   */
  tensorsOf(dict: PickleDict): TensorFile;
}

/**
 * Opens a file of torch.save, of either layout. No file handle stays open between calls.
 * @throws UndertoneError `checkpoint-unsafe` if its pickle asks for more than tensors need; `checkpoint-invalid` if it
 *   is broken or does not hold a dict; `checkpoint-unsupported` for a layout that is not read.
 */
export async function openTorchFile(path: string): Promise<TorchFile> {
  const file = await openRangedFile(path);
  const archive = await openArchive(file);
  const { root } = archive;
  if (!isKind(root, "dict")) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `${file.name} does not hold a dict of tensors; save the model's state_dict.`,
    );
  }
  return { root, tensorsOf: (dict) => tensorFile(file, archive, dict) };
}

async function openArchive(file: RangedFile): Promise<TorchArchive> {
  const beginning = new DataView((await file.read(0, Math.min(4, file.bytes))).buffer);
  if (beginning.byteLength === 4) {
    if (beginning.getUint32(0) === ZIP_BEGINNING) return openZipArchive(file);
    if (beginning.getUint8(0) === PICKLE_BEGINNING) return openLegacyArchive(file);
  }
  throw new UndertoneError(
    "checkpoint-invalid",
    `${file.name} is not a file of torch.save; fetch it again.`,
    { file: file.name },
  );
}

function tensorFile(file: RangedFile, archive: TorchArchive, dict: PickleDict): TensorFile {
  const tensors = new Map(namedTensors(dict));
  return {
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    keys: [...dict.entries.keys()].filter((key) => typeof key === "string"),
    read: async (name) => {
      const tensor = tensors.get(name);
      if (tensor !== undefined) return readTensor(file, archive, name, tensor);
      throw new UndertoneError("checkpoint-invalid", `${file.name} has no tensor ${name}.`);
    },
  };
}

/** A state_dict may lie in a dict of what else was saved, and that in another. */
const MAX_DICT_DEPTH = 4;

/** Each dict once: a pickle may refer to one from many places. */
function* namedTensors(
  dict: PickleDict,
  prefix = "",
  seen = new Set<PickleValue>(),
  depth = 1,
): Generator<[string, StoredTensor]> {
  seen.add(dict);
  for (const [key, value] of dict.entries) {
    if (typeof key !== "string") continue;
    if (isKind(value, "tensor")) yield [prefix + key, value];
    else if (isKind(value, "dict") && depth < MAX_DICT_DEPTH && !seen.has(value)) {
      yield* namedTensors(value, `${prefix}${key}.`, seen, depth + 1);
    }
  }
}

async function readTensor(
  file: RangedFile,
  archive: TorchArchive,
  name: string,
  tensor: StoredTensor,
): Promise<WeightTensor> {
  const { storage, offset, shape } = tensor;
  const { dtype, bytes } = storage.element;
  requireWeightDtype(name, dtype);
  const start = await archive.locate(storage);
  const span = await file.read(start + offset * bytes, spanOf(tensor) * bytes);
  const ordered = isContiguous(tensor) ? span : gather(span, tensor);
  return { shape, data: convertToFloat32(ordered, dtype) };
}
