/** Differences of one matrix of hidden states from another. */
import { cosine } from "../heads/vectors.ts";
import type { Matrix } from "../matrix.ts";

/** Differences of one layer from its reference. */
export interface LayerError {
  /** ‖actual − reference‖ / ‖reference‖. */
  readonly relativeL2: number;
  /** The same after every channel was standardised by the reference's mean and deviation over time. */
  readonly standardisedRelativeL2: number;
  readonly meanFrameCosine: number;
  readonly worstFrameCosine: number;
}

/** Adds up the differences of one layer over several clips. */
export interface LayerComparison {
  add(actual: Matrix, reference: Matrix): void;
  error(): LayerError;
}

/** Compares two [frames, width] matrices. */
export function layerError(actual: Matrix, reference: Matrix): LayerError {
  const comparison = compareLayers(reference.columns);
  comparison.add(actual, reference);
  return comparison.error();
}

/** ‖actual − reference‖ / ‖reference‖ over all elements. */
export function relativeL2(actual: Pick<Matrix, "data">, reference: Pick<Matrix, "data">): number {
  let difference = 0;
  let norm = 0;
  for (const [index, value] of reference.data.entries()) {
    difference += (actual.data[index] - value) ** 2;
    norm += value * value;
  }
  return Math.sqrt(difference / norm);
}

/** Begins a comparison of matrices of `columns` channels; the frames of all clips count as one clip's. */
export function compareLayers(columns: number): LayerComparison {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const squaredErrors = new Float64Array(columns);
  let rows = 0;
  let cosines = 0;
  let worst = 1;
  return {
    add(actual, reference) {
      for (let row = 0; row < reference.rows; row++) {
        const expected = reference.data.subarray(row * columns, (row + 1) * columns);
        const given = actual.data.subarray(row * columns, (row + 1) * columns);
        for (let column = 0; column < columns; column++) {
          const value = expected[column];
          sums[column] += value;
          squares[column] += value * value;
          squaredErrors[column] += (given[column] - value) ** 2;
        }
        const angle = cosine(given, expected);
        cosines += angle;
        worst = Math.min(worst, angle);
      }
      rows += reference.rows;
    },
    error() {
      // A channel that never varies has no scale to measure its error by.
      const variances = squares.map((square, column) => square / rows - (sums[column] / rows) ** 2);
      const varying = variances.filter((variance) => variance > 0).length;
      const standardised = squaredErrors.map((error, column) =>
        variances[column] > 0 ? error / variances[column] : 0,
      );
      return {
        relativeL2: Math.sqrt(total(squaredErrors) / total(squares)),
        // Standardised channels have unit variance, so the reference's squared norm is the number of elements.
        standardisedRelativeL2: Math.sqrt(total(standardised) / (rows * varying)),
        meanFrameCosine: cosines / rows,
        worstFrameCosine: worst,
      };
    },
  };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
