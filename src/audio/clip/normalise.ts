/** Zero mean and unit variance over a clip, for the models whose preprocessing says do_normalize. */

const EPSILON = 1e-7;

/**
 * `(x − mean) / sqrt(variance + 1e-7)` with the population variance, in float64 up to the last rounding; as Hugging Face's
 * Wav2Vec2FeatureExtractor does.
 */
export function normalise(samples: Float32Array): Float32Array {
  const mean = sumOf(samples, (sample) => sample) / samples.length;
  const variance = sumOf(samples, (sample) => (sample - mean) ** 2) / samples.length;
  const scale = 1 / Math.sqrt(variance + EPSILON);
  return samples.map((sample) => (sample - mean) * scale);
}

function sumOf(samples: Float32Array, term: (sample: number) => number): number {
  let sum = 0;
  for (const sample of samples) sum += term(sample);
  return sum;
}
