/** Rows of a matrix in blocks: what is local to a frame is computed for a few of them at a time. */
import type { BackendTensor } from "../backend/backend.ts";
import type { Matrix } from "../matrix.ts";

/** Enough rows to keep the matrix kernels busy, few enough to stay in the processor's cache. */
export const LARGEST_BLOCK = 256;

/** A run of consecutive rows. */
export interface RowBlock {
  readonly first: number;
  readonly count: number;
}

/** Cuts `rows` into as few blocks of nearly equal size as fit. */
export function rowBlocks(rows: number): RowBlock[] {
  const blockCount = Math.ceil(rows / LARGEST_BLOCK);
  const size = Math.ceil(rows / blockCount);
  return Array.from({ length: blockCount }, (_, index) => {
    const first = index * size;
    return { first, count: Math.min(size, rows - first) };
  });
}

/** A block of a matrix as a tensor, without copying. */
export function blockTensor(matrix: Matrix, block: RowBlock): BackendTensor {
  return {
    type: "float32",
    shape: [block.count, matrix.columns],
    data: blockValues(matrix, block),
  };
}

/** The numbers of a block, without copying. */
export function blockValues({ columns, data }: Matrix, { first, count }: RowBlock): Float32Array {
  return data.subarray(first * columns, (first + count) * columns);
}
