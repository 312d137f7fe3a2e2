/** A tensor in onnxruntime's heap, whoever put it there. */

export interface HeapValue {
  readonly type: "float32" | "float64" | "float16" | "int8" | "uint8" | "int32";
  readonly shape: readonly number[];
  readonly address: number;
  /** Gives its memory back. */
  free(): void;
}

/** Rows and columns of a matrix. */
export function matrixSize({ shape }: HeapValue): { rows: number; columns: number } {
  const columns = shape[shape.length - 1];
  return { rows: elementCount(shape) / columns, columns };
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
