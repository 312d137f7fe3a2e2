/** The common interface of weight files. */

import type { TensorShapes } from "../backbone/expected-tensors.ts";
import type { WeightTensor } from "../checkpoint.ts";

/** Tensors of a file by the names it uses. */
export interface TensorFile {
  readonly shapes: TensorShapes;
  /** Top-level keys of a file that can hold more than tensors. */
  readonly keys?: readonly string[];
  /**
   * Reads one tensor as float32.
   * @throws UndertoneError `checkpoint-invalid` if the file has no such tensor or has shrunk;
   *   `checkpoint-unsupported` if it is not stored as F32, F16 or BF16.
   */
  read(name: string): Promise<WeightTensor>;
}
