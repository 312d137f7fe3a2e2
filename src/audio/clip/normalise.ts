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

/** Begins the mean of samples. */
export function sampleMeter(): SampleMeter {
  return meterOf((before, samples) => {
    let sum = before;
    for (let index = 0; index < samples.length; index++) sum += samples[index] as number;
    return sum;
  });
}

/** Begins the population variance of samples with this mean. */
export function varianceMeter(mean: number): SampleMeter {
  return meterOf((before, samples) => {
    let sum = before;
    for (let index = 0; index < samples.length; index++) {
      sum += ((samples[index] as number) - mean) ** 2;
    }
    return sum;
  });
}

function meterOf(addTo: (sum: number, samples: Float32Array) => number): SampleMeter {
  let sum = 0;
  let count = 0;
  return {
    add(samples) {
      sum = addTo(sum, samples);
      count += samples.length;
    },
    mean: () => sum / count,
  };
}

/** The normalisation of a clip by its mean and its population variance. */
export function normalisationOf(mean: number, variance: number): Normalisation {
  return { mean, scale: 1 / Math.sqrt(variance + EPSILON) };
}

/** Samples of a clip, or of a part of it, by the normalisation of the whole clip. */
export function normalised(samples: Float32Array, { mean, scale }: Normalisation): Float32Array {
  const result = new Float32Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    result[index] = ((samples[index] as number) - mean) * scale;
  }
  return result;
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
