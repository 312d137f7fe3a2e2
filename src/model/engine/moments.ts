/** Mean and covariance of a clip's conv0 windows: all that group norm needs to know of a whole clip (docs/design.md §6). */

/** First and second moments of windows of `kernel` samples; row-major, float64. */
export interface WindowMoments {
  /** [kernel] */
  readonly mean: Float64Array;
  /** [kernel, kernel] */
  readonly covariance: Float64Array;
}

/**
 * Moments over the windows samples[stride · w … stride · w + kernel − 1] that fit into the clip.
 *
 * Samples should have their mean subtracted first: then the subtraction that gives the covariance loses nothing.
 */
export function windowMoments(
  samples: Float32Array,
  kernel: number,
  stride: number,
): WindowMoments {
  const windowCount = Math.floor((samples.length - kernel) / stride) + 1;
  const sums = new Float64Array(kernel);
  const products = new Float64Array(kernel * kernel);
  for (let first = 0; first < windowCount * stride; first += stride) {
    for (let row = 0; row < kernel; row++) {
      const value = samples[first + row];
      sums[row] += value;
      for (let column = row; column < kernel; column++) {
        products[row * kernel + column] += value * samples[first + column];
      }
    }
  }
  const mean = sums.map((sum) => sum / windowCount);
  const covariance = new Float64Array(kernel * kernel);
  for (let row = 0; row < kernel; row++) {
    for (let column = row; column < kernel; column++) {
      const value = products[row * kernel + column] / windowCount - mean[row] * mean[column];
      covariance[row * kernel + column] = value;
      covariance[column * kernel + row] = value;
    }
  }
  return { mean, covariance };
}

/** The samples with their mean (float64) subtracted. */
export function centred(samples: Float32Array): Float32Array {
  let sum = 0;
  for (const sample of samples) sum += sample;
  const mean = sum / samples.length;
  return samples.map((sample) => sample - mean);
}
