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
 * @param partRows the rows of each window that the frames come from: each is summed up by itself
 */
export function pool(
  matrix: Matrix,
  kind: Pool,
  partRows: readonly number[] = [matrix.rows],
): PooledTensor {
  if (kind === "none") return { shape: [matrix.rows, matrix.columns], data: matrix.data };
  let first = 0;
  const summaries = partRows.map((rows) => {
    const data = matrix.data.subarray(first * matrix.columns, (first + rows) * matrix.columns);
    first += rows;
    return summarise({ rows, columns: matrix.columns, data });
  });
  return pooled(summaries.reduce(mergeSummaries), kind);
}

/** What pooling has to know of some frames: float64 values by channel. */
export interface FrameSummary {
  readonly rows: number;
  readonly sums: Float64Array;
  /** Sums of the squares of deviations from these frames' own mean. */
  readonly squares: Float64Array;
  readonly maxima: Float64Array;
}

/** Sums up the frames of a matrix, of which there is at least one. */
export function summarise({ rows, columns, data }: Matrix): FrameSummary {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const maxima = new Float64Array(columns).fill(-Infinity);
  // Plain loops: a function that is called with each value makes an object of each.
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column] as number;
      sums[column] = (sums[column] as number) + value;
      maxima[column] = Math.max(maxima[column] as number, value);
    }
  }
  const means = sums.map((sum) => sum / rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const deviation = (data[row * columns + column] as number) - (means[column] as number);
      squares[column] = (squares[column] as number) + deviation ** 2;
    }
  }
  return { rows, sums, squares, maxima };
}

/** The summary of frames and of those after them (Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979). */
export function mergeSummaries(before: FrameSummary, after: FrameSummary): FrameSummary {
  const rows = before.rows + after.rows;
  const share = (before.rows * after.rows) / rows;
  const distance = (channel: number) =>
    (after.sums[channel] as number) / after.rows - (before.sums[channel] as number) / before.rows;
  return {
    rows,
    sums: before.sums.map((sum, channel) => sum + (after.sums[channel] as number)),
    squares: before.squares.map(
      (sum, channel) => sum + (after.squares[channel] as number) + distance(channel) ** 2 * share,
    ),
    maxima: before.maxima.map((most, channel) => Math.max(most, after.maxima[channel] as number)),
  };
}

/** The vector of summed up frames. */
export function pooled(
  { rows, sums, squares, maxima }: FrameSummary,
  kind: Exclude<Pool, "none">,
): PooledTensor {
  const means = sums.map((sum) => sum / rows);
  switch (kind) {
    case "mean":
      return vector(means);
    case "mean_std":
      return vector([...means, ...squares.map((sum) => Math.sqrt(sum / rows))]);
    case "max":
      return vector(maxima);
  }
}

function vector(values: ArrayLike<number>): PooledTensor {
  return { shape: [values.length], data: Float32Array.from(values) };
}
