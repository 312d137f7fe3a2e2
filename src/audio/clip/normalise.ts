/** Zero mean and unit variance over a clip, for the models whose preprocessing says do_normalize. */

const EPSILON = 1e-7;

/** The offset and the factor that give a clip zero mean and unit variance. */
export interface Normalisation {
  readonly mean: number;
  readonly scale: number;
}

/** A float64 sum over the samples of a clip that come part by part, in their order. */
export interface SampleMeter {
  add(samples: Float32Array): void;
  /** Over all samples so far. */
  mean(): number;
}

/** Begins the mean of what `term` makes of each sample. */
export function sampleMeter(term: (sample: number) => number = (sample) => sample): SampleMeter {
  let sum = 0;
  let count = 0;
  return {
    add(samples) {
      for (const sample of samples) sum += term(sample);
      count += samples.length;
    },
    mean: () => sum / count,
  };
}

/** Begins the population variance of samples with this mean. */
export function varianceMeter(mean: number): SampleMeter {
  return sampleMeter((sample) => (sample - mean) ** 2);
}

/** The normalisation of a clip by its mean and its population variance. */
export function normalisationOf(mean: number, variance: number): Normalisation {
  return { mean, scale: 1 / Math.sqrt(variance + EPSILON) };
}

/** Samples of a clip, or of a part of it, by the normalisation of the whole clip. */
export function normalised(samples: Float32Array, { mean, scale }: Normalisation): Float32Array {
  return samples.map((sample) => (sample - mean) * scale);
}

/**
 * `(x − mean) / sqrt(variance + 1e-7)` with the population variance, in float64 up to the last rounding; as Hugging Face's
 * Wav2Vec2FeatureExtractor does.
 */
export function normalise(samples: Float32Array): Float32Array {
  const mean = meanOf(samples, sampleMeter());
  const variance = meanOf(samples, varianceMeter(mean));
  return normalised(samples, normalisationOf(mean, variance));
}

function meanOf(samples: Float32Array, meter: SampleMeter): number {
  meter.add(samples);
  return meter.mean();
}
