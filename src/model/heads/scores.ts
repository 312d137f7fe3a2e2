/** Logits → probabilities. */
import { emptyMatrix, type Matrix } from "../matrix.ts";

/** Probabilities that sum to 1. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const normaliser = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - normaliser));
}

/** The logistic function of each value: probabilities of their own. */
export function sigmoid(logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
}

/** Natural logarithms of each row's softmax: [rows, columns] → the same. */
export function logSoftmax({ rows, columns, data }: Matrix): Matrix {
  const result = emptyMatrix(rows, columns);
  for (let row = 0; row < rows; row++) {
    const logits = data.subarray(row * columns, (row + 1) * columns);
    const normaliser = logSumExp(logits);
    result.data.set(
      logits.map((logit) => logit - normaliser),
      row * columns,
    );
  }
  return result;
}

/** ln(eᵃ + eᵇ + …), without overflow; −∞ where all are. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let index = 0; index < values.length; index++) largest = Math.max(largest, values[index]);
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += Math.exp(values[index] - largest);
  return largest + Math.log(sum);
}
