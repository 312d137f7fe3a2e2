/** Row-major matrices in plain memory. */
import { freeMemory } from "../bytes.ts";

/** [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** A matrix of zeros. */
export function emptyMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}

/** Frees the memory of a matrix that nobody uses any more. */
export function freeMatrix({ data }: Matrix): void {
  freeMemory(data);
}
