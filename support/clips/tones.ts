/** Tones, and how much of one is in a signal. */

/** `seconds` of a sine of amplitude 1 that starts at phase 0. */
export function sine(frequencyHz: number, sampleRateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * sampleRateHz) }, (_, index) =>
    Math.sin((2 * Math.PI * frequencyHz * index) / sampleRateHz),
  );
}

export interface ToneFit {
  readonly amplitudeDb: number;
  readonly phaseRadians: number;
  /** Residual without the tone, relative to a sine of amplitude 1. */
  readonly residualDb: number;
}

/** The least-squares sine of one frequency in the samples from `margin` on, up to `margin` before their end. */
export function fitTone(
  samples: Float32Array,
  frequencyHz: number,
  sampleRateHz: number,
  margin: number,
): ToneFit {
  const kept = Array.from(samples.subarray(margin, samples.length - margin));
  const angles = kept.map(
    (_, index) => (2 * Math.PI * frequencyHz * (index + margin)) / sampleRateHz,
  );
  const sines = angles.map(Math.sin);
  const cosines = angles.map(Math.cos);
  const [ss, cc, sc] = [dot(sines, sines), dot(cosines, cosines), dot(sines, cosines)];
  const [ys, yc] = [dot(kept, sines), dot(kept, cosines)];
  const determinant = ss * cc - sc * sc;
  const a = (ys * cc - yc * sc) / determinant;
  const b = (yc * ss - ys * sc) / determinant;
  const residual = kept.map(
    (sample, index) => sample - a * (sines[index] as number) - b * (cosines[index] as number),
  );
  return {
    amplitudeDb: decibels(Math.hypot(a, b)),
    phaseRadians: Math.atan2(b, a),
    residualDb: levelDb(residual),
  };
}

/** Level of a signal relative to a sine of amplitude 1. */
export function levelDb(samples: ArrayLike<number>): number {
  const values = Array.from(samples);
  return decibels(Math.sqrt((2 * dot(values, values)) / values.length));
}

/** Signal-to-error ratio of `actual` against `expected`, without `margin` samples at each end. */
export function signalToErrorDb(
  actual: Float32Array,
  expected: Float32Array,
  margin: number,
): number {
  const signal = expected.subarray(margin, expected.length - margin);
  const error = signal.map((value, index) => value - (actual[index + margin] as number));
  return levelDb(signal) - levelDb(error);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}
