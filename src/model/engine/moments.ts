/** Mean and covariance of a clip's conv0 windows: all that group norm needs to know of a whole clip (docs/design.md §6). */

/** First and second moments of windows of `kernel` samples; row-major, float64. */
export interface WindowMoments {
  /** [kernel] */
  readonly mean: Float64Array;
  /** [kernel, kernel] */
  readonly covariance: Float64Array;
}

/** Moments of a clip whose samples come part by part, in their order: the same bits, wherever it is cut. */
export interface MomentsMeter {
  add(samples: Float32Array): void;
  /** Of all windows that fit into what has come. */
  moments(): WindowMoments;
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
  const meter = momentsMeter(kernel, stride);
  meter.add(samples);
  return meter.moments();
}

/** Begins the moments of a clip's windows of `kernel` samples, `stride` samples apart. */
export function momentsMeter(kernel: number, stride: number): MomentsMeter {
  const sums = new Float64Array(kernel);
  const products = new Float64Array(kernel * kernel);
  let windowCount = 0;
  /** Samples that windows of what comes next begin in. */
  let rest = new Float32Array(0);

  return {
    add(part) {
      const samples = rest.length === 0 ? part : joined(rest, part);
      const count = Math.max(0, Math.floor((samples.length - kernel) / stride) + 1);
      for (let first = 0; first < count * stride; first += stride) {
        for (let row = 0; row < kernel; row++) {
          const value = samples[first + row];
          sums[row] += value;
          for (let column = row; column < kernel; column++) {
            products[row * kernel + column] += value * samples[first + column];
          }
        }
      }
      windowCount += count;
      rest = samples.slice(count * stride);
    },
    moments() {
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
    },
  };
}

function joined(rest: Float32Array, part: Float32Array): Float32Array {
  const samples = new Float32Array(rest.length + part.length);
  samples.set(rest);
  samples.set(part, rest.length);
  return samples;
}

/** The mean (float64) of samples that come part by part, in their order. */
export interface MeanMeter {
  add(samples: Float32Array): void;
  mean(): number;
}

/** Begins the mean of a clip. */
export function meanMeter(): MeanMeter {
  let sum = 0;
  let count = 0;
  return {
    add(samples) {
      for (let index = 0; index < samples.length; index++) sum += samples[index] as number;
      count += samples.length;
    },
    mean: () => sum / count,
  };
}

/** Samples with their clip's mean (float64) subtracted: that of all of them, unless they are a part of it. */
export function centred(samples: Float32Array, mean = meanOf(samples)): Float32Array {
  const result = new Float32Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    result[index] = (samples[index] as number) - mean;
  }
  return result;
}

function meanOf(samples: Float32Array): number {
  const meter = meanMeter();
  meter.add(samples);
  return meter.mean();
}
