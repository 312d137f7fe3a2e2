/** Statistics over time, for x-vectors. */

import { type FrameSummary, pooled } from "../engine/taps/pooling.ts";
import type { Matrix } from "../matrix.ts";

/**
 * The mean of each column, then the deviation of each as of a sample (divided by rows − 1): [1, 2 · columns]. At least two rows:
 * one alone has no deviation.
 */
export function meansAndDeviations(summary: FrameSummary): Matrix {
  const { rows } = summary;
  const { data } = pooled(summary, "mean_std");
  const columns = data.length / 2;
  const ofSample = Math.sqrt(rows / (rows - 1));
  const deviations = data.subarray(columns).map((deviation) => deviation * ofSample);
  data.set(deviations, columns);
  return { rows: 1, columns: 2 * columns, data };
}
