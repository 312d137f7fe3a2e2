/** Positions as WavLM uses them: the reach of its positional convolution, and the buckets of its attention bias. */

/** Frames that a positional kernel sees before its own; an even kernel sees one less after it (its last output is dropped). */
export function framesBefore(positionalKernel: number): number {
  return Math.floor(positionalKernel / 2);
}

/**
 * The bucket of a relative position (key − query): 0 … bucketCount − 1; the upper half is for keys after the query.
 *
 * Half of each side's buckets are exact distances, the rest are logarithmic and saturate at `maxDistance`
 * (transformers modeling_wavlm.py, `_relative_positions_bucket`). Computed in float64: a rough logarithm flips d = 713.
 */
export function relativePositionBucket(
  relative: number,
  bucketCount: number,
  maxDistance: number,
): number {
  const side = Math.floor(bucketCount / 2);
  const exact = Math.floor(side / 2);
  const distance = Math.abs(relative);
  const offset = relative > 0 ? side : 0;
  if (distance < exact) return offset + distance;
  const logarithmic = (Math.log(distance / exact) / Math.log(maxDistance / exact)) * (side - exact);
  return offset + Math.min(side - 1, exact + Math.trunc(logarithmic));
}

/**
 * Buckets of the relative positions −(frames − 1) … frames − 1 in ascending order, and one unused entry: [2 · frames].
 *
 * The even length lets the attention graph turn rows of the table into a frames × frames matrix by slicing alone.
 */
export function relativePositionBuckets(
  frames: number,
  bucketCount: number,
  maxDistance: number,
): Int32Array {
  return Int32Array.from({ length: 2 * frames }, (_, index) =>
    index === 2 * frames - 1
      ? 0
      : relativePositionBucket(index - (frames - 1), bucketCount, maxDistance),
  );
}
