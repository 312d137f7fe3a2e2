/** Frames → one vector. */
import type { Matrix } from "../../matrix.ts";

/** Poolings over frames: none, mean, mean and standard deviation, or maximum. */
export type Pool = (typeof POOLS)[number];
export const POOLS = ["none", "mean", "mean_std", "max"] as const;

/** The default pooling. */
export const DEFAULT_POOL: Pool = "none";

/** A row-major tensor: [frames, width], or one vector. */
export interface PooledTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Pools a [frames, width] matrix of at least one frame, accumulating in float64.
 * `none` gives [frames, width] (the matrix's own data), `mean` and `max` give [width], `mean_std` gives [2·width]: every
 * channel's mean, then every channel's population standard deviation (0 for a single frame).
 */
export function pool(matrix: Matrix, kind: Pool): PooledTensor {
  switch (kind) {
    case "none":
      return { shape: [matrix.rows, matrix.columns], data: matrix.data };
    case "mean":
      return vector(channelMeans(matrix));
    case "mean_std": {
      const means = channelMeans(matrix);
      return vector([...means, ...channelDeviations(matrix, means)]);
    }
    case "max":
      return vector(channelMaxima(matrix));
  }
}

function vector(values: ArrayLike<number>): PooledTensor {
  return { shape: [values.length], data: Float32Array.from(values) };
}

function channelMeans(matrix: Matrix): Float64Array {
  const sums = new Float64Array(matrix.columns);
  forEachValue(matrix, (value, column) => {
    sums[column] = (sums[column] as number) + value;
  });
  return sums.map((sum) => sum / matrix.rows);
}

function channelDeviations(matrix: Matrix, means: Float64Array): Float64Array {
  const squares = new Float64Array(matrix.columns);
  forEachValue(matrix, (value, column) => {
    squares[column] = (squares[column] as number) + (value - (means[column] as number)) ** 2;
  });
  return squares.map((sum) => Math.sqrt(sum / matrix.rows));
}

function channelMaxima(matrix: Matrix): Float64Array {
  const maxima = new Float64Array(matrix.columns).fill(-Infinity);
  forEachValue(matrix, (value, column) => {
    maxima[column] = Math.max(maxima[column] as number, value);
  });
  return maxima;
}

function forEachValue(
  { rows, columns, data }: Matrix,
  visit: (value: number, column: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      visit(data[row * columns + column] as number, column);
  }
}
