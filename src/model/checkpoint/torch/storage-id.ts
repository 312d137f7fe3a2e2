/** The persistent ids by which pickles of torch name the parts of the file that hold numbers. */
import { UndertoneError } from "../../../errors.ts";
import { invalidPickle } from "../pickle/refusals.ts";
import { isKind, type PickleValue, type TensorStorage } from "../pickle/values.ts";

/**
 * Reads the id `("storage", class, key, device, elements)`; files before the zip format add what part of another storage
 * it is, which has been `None` since torch 0.4.
 * @throws UndertoneError `checkpoint-invalid` for any other id; `checkpoint-unsupported` for a part of a storage.
 */
export function parseStorageId(id: PickleValue): TensorStorage {
  const [tag, type, key, , elements, part = null] = isKind(id, "tuple") ? id.items : [];
  const isStorage = tag === "storage" && isKind(type, "class") && typeof key === "string";
  if (!isStorage || type.element === undefined) {
    throw invalidPickle("refers to something that is not a storage");
  }
  if (typeof elements !== "number" || !Number.isSafeInteger(elements) || elements < 0) {
    throw invalidPickle(`gives storage ${key} an invalid size`);
  }
  if (part !== null) {
    throw new UndertoneError(
      "checkpoint-unsupported",
      "The checkpoint was saved by torch before 0.4; load it with a newer torch and save it again.",
    );
  }
  return { kind: "storage", key, element: type.element, elements };
}
