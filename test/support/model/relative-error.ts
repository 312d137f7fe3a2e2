/** ‖actual − expected‖ / ‖expected‖. */
export function relativeL2(actual: Float32Array, expected: Float32Array): number {
  const squares = (of: (value: number, index: number) => number) =>
    expected.reduce((sum, value, index) => sum + of(value, index) ** 2, 0);
  return Math.sqrt(
    squares((value, index) => (actual[index] as number) - value) / squares((value) => value),
  );
}
