/** What products are tried on, and how far off they are. */

/** Values from −1 to 1 that repeat nowhere. */
export function waves(length: number, frequency: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(frequency * (index + 1) ** 1.3));
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: Float32Array, expected: Float32Array | Float64Array): number {
  let difference = 0;
  let norm = 0;
  for (const [index, value] of expected.entries()) {
    difference += (actual[index] - value) ** 2;
    norm += value * value;
  }
  return Math.sqrt(difference / norm);
}
