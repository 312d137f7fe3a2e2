/** ALAC's linear predictor, whose coefficients adapt to the sign of each residual. */

/** A channel's prediction, as its packet sets it up. */
export interface Predictor {
  /** Residuals are differences of differences if this is not 0. */
  readonly mode: number;
  readonly shift: number;
  /** They change as samples are predicted. */
  readonly coefficients: Int16Array;
}

/** The number of coefficients that stands for plain differences. */
const DIFFERENCES = 31;

/**
 * Turns residuals into samples.
 * @param residuals changed on the way.
 * @param samples receives `count` of them.
 * @param sampleBits size to which samples wrap around.
 */
export function predict(
  residuals: Int32Array,
  samples: Int32Array,
  count: number,
  sampleBits: number,
  { mode, shift, coefficients }: Predictor,
): void {
  const unused = 32 - sampleBits;
  if (mode !== 0) integrate(residuals, residuals, 1, count, unused);
  samples[0] = residuals[0] as number;
  const order = coefficients.length;
  if (order === 0) {
    samples.set(residuals.subarray(1, count), 1);
  } else if (order === DIFFERENCES) {
    integrate(residuals, samples, 1, count, unused);
  } else {
    const warmUpEnd = Math.min(order + 1, count);
    integrate(residuals, samples, 1, warmUpEnd, unused);
    adapt(residuals, samples, warmUpEnd, count, unused, shift, coefficients);
  }
}

function integrate(
  residuals: Int32Array,
  samples: Int32Array,
  from: number,
  to: number,
  unused: number,
): void {
  for (let index = from; index < to; index++) {
    const sum = (residuals[index] as number) + (samples[index - 1] as number);
    samples[index] = (sum << unused) >> unused;
  }
}

function adapt(
  residuals: Int32Array,
  samples: Int32Array,
  from: number,
  to: number,
  unused: number,
  shift: number,
  coefficients: Int16Array,
): void {
  const order = coefficients.length;
  const half = shift === 0 ? 0 : 1 << (shift - 1);
  for (let index = from; index < to; index++) {
    const base = samples[index - order - 1] as number;
    let sum = half;
    for (let tap = 0; tap < order; tap++) {
      const difference = (samples[index - 1 - tap] as number) - base;
      sum = (sum + Math.imul(coefficients[tap] as number, difference)) | 0;
    }
    const residual = residuals[index] as number;
    samples[index] = ((residual + base + (sum >> shift)) << unused) >> unused;

    const direction = residual > 0 ? 1 : -1;
    let left = Math.abs(residual);
    for (let tap = order - 1; tap >= 0 && left > 0; tap--) {
      const difference = base - (samples[index - 1 - tap] as number);
      const step = difference === 0 ? 0 : difference > 0 ? direction : -direction;
      coefficients[tap] = (coefficients[tap] as number) - step;
      left -= direction * (order - tap) * ((step * difference) >> shift);
    }
  }
}
