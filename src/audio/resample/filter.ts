/** The low-pass filter of a sample-rate conversion to 16 kHz: a Kaiser-windowed sinc, cut into phases. */

export const MODEL_SAMPLE_RATE_HZ = 16_000;

const ZERO_CROSSINGS = 48;
const KAISER_BETA = 11;
/** Cut-off as a fraction of the lower of the two Nyquist frequencies; the stop band then begins near 1.03 of it. */
const ROLL_OFF = 0.955;
const MAX_BANK_BYTES = 2 * 2 ** 20;

/**
 * Taps for an output that lies `p / phases` of an input sample after input `i` are row p of the bank, over the inputs
 * `i − taps / 2 + 1 … i + taps / 2`.
 */
export interface ResampleFilter {
  /** The rates' ratio in lowest terms: `outputsPerPeriod` outputs for `inputsPerPeriod` inputs. */
  readonly outputsPerPeriod: number;
  readonly inputsPerPeriod: number;
  /** Equal to `outputsPerPeriod` where that bank fits its bound; fewer where rows are to be interpolated. */
  readonly phases: number;
  /** A multiple of four. */
  readonly taps: number;
  /** [phases + 1, taps], row-major. */
  readonly bank: Float64Array;
}

/**
 * Designs the filter for one input rate (Kaiser's window: J. O. Smith, Digital Audio Resampling, CCRMA).
 *
 * A bank is at most 2 MiB. Ratios with more phases than fit get evenly spaced ones, close enough that linear interpolation
 * between two rows is off by less than −130 dB.
 */
export function designFilter(fromHz: number): ResampleFilter {
  const divisor = greatestCommonDivisor(fromHz, MODEL_SAMPLE_RATE_HZ);
  const outputsPerPeriod = MODEL_SAMPLE_RATE_HZ / divisor;
  const cutoff = ROLL_OFF * Math.min(1, MODEL_SAMPLE_RATE_HZ / fromHz);
  const halfWidth = ZERO_CROSSINGS / cutoff;
  const taps = 4 * Math.ceil(halfWidth / 2);
  const affordablePhases = Math.floor(MAX_BANK_BYTES / Float64Array.BYTES_PER_ELEMENT / taps) - 1;
  const phases = Math.min(outputsPerPeriod, affordablePhases);
  return {
    outputsPerPeriod,
    inputsPerPeriod: fromHz / divisor,
    phases,
    taps,
    bank: sampleImpulseResponse(phases, taps, cutoff, halfWidth),
  };
}

function sampleImpulseResponse(
  phases: number,
  taps: number,
  cutoff: number,
  halfWidth: number,
): Float64Array {
  const bank = new Float64Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    for (let tap = 0; tap < taps; tap++) {
      const inputSamples = phase / phases + taps / 2 - 1 - tap;
      bank[phase * taps + tap] =
        cutoff * sinc(cutoff * inputSamples) * kaiser(inputSamples / halfWidth);
    }
  }
  return bank;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window, 1 at 0 and nothing beyond ±1. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1
    ? 0
    : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order 0, by its power series (Abramowitz & Stegun 9.6.12). */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
