/** What every kind of weight file comes down to. */

import type { TensorShapes } from "../backbone/expected-tensors.ts";
import type { WeightTensor } from "../checkpoint.ts";

/** Tensors of a file by the names it uses. */
export interface TensorFile {
  readonly shapes: TensorShapes;
  /** What the file has at its top, tensors or not, where it can have other things. */
  readonly keys?: readonly string[];
  /**
   * Reads one tensor as float32.
   * @throws UndertoneError `checkpoint-invalid` if the file has no such tensor or has shrunk;
   *   `checkpoint-unsupported` if it is not stored as F32, F16 or BF16.
   */
  read(name: string): Promise<WeightTensor>;
}
