/** How far one matrix of hidden states is from another. */
import type { Matrix } from "../src/model/matrix.ts";

/** Differences of one layer from its reference. */
export interface LayerError {
  /** ‖actual − reference‖ / ‖reference‖. */
  readonly relativeL2: number;
  /** The same after every channel was standardised by the reference's mean and deviation over time. */
  readonly standardisedRelativeL2: number;
  readonly meanFrameCosine: number;
  readonly worstFrameCosine: number;
}

/** Compares two [frames, width] matrices. */
export function layerError(actual: Matrix, reference: Matrix): LayerError {
  const cosines = frameCosines(actual, reference);
  return {
    relativeL2: relativeL2(actual, reference),
    standardisedRelativeL2: standardisedRelativeL2(actual, reference),
    meanFrameCosine: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
    worstFrameCosine: Math.min(...cosines),
  };
}

/** ‖actual − reference‖ / ‖reference‖ over all elements. */
export function relativeL2(actual: Matrix, reference: Matrix): number {
  let difference = 0;
  let norm = 0;
  for (const [index, value] of reference.data.entries()) {
    difference += (actual.data[index] - value) ** 2;
    norm += value * value;
  }
  return Math.sqrt(difference / norm);
}

function standardisedRelativeL2(actual: Matrix, reference: Matrix): number {
  const { rows, columns } = reference;
  let difference = 0;
  for (let column = 0; column < columns; column++) {
    const at = (matrix: Matrix, row: number) => matrix.data[row * columns + column];
    let sum = 0;
    let squares = 0;
    let squaredError = 0;
    for (let row = 0; row < rows; row++) {
      const value = at(reference, row);
      sum += value;
      squares += value * value;
      squaredError += (at(actual, row) - value) ** 2;
    }
    const variance = squares / rows - (sum / rows) ** 2;
    difference += squaredError / variance;
  }
  // Standardised channels have unit variance, so the reference's squared norm is the number of elements.
  return Math.sqrt(difference / (rows * columns));
}

function frameCosines(actual: Matrix, reference: Matrix): number[] {
  const { rows, columns } = reference;
  return Array.from({ length: rows }, (_, row) => {
    const a = actual.data.subarray(row * columns, (row + 1) * columns);
    const b = reference.data.subarray(row * columns, (row + 1) * columns);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [index, value] of a.entries()) sum += value * b[index];
  return sum;
}
