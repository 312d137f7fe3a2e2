/** A file's tensor names by canonical ones, of which each may be there once. */
import { UndertoneError } from "../../../errors.ts";

/**
 * Adds a file's name of the tensor `name`.
 * @throws UndertoneError `checkpoint-invalid` if the file has another name of the same tensor.
 */
export function addName(names: Map<string, string>, name: string, fileName: string): void {
  const other = names.get(name);
  if (other !== undefined) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `Tensors ${other} and ${fileName} have the same canonical name; keep one of them.`,
    );
  }
  names.set(name, fileName);
}
