/** Gains of the high band are kept within limits (ISO/IEC 14496-3 §4.6.18.7.5). */

/** One envelope's amplitudes by subband, counted from the first one that is made. */
export interface Amplitudes {
  readonly gain: Float64Array;
  readonly noise: Float64Array;
  readonly sine: Float64Array;
}

/** By the header's setting: -3, 0 and 3 dB, and no limit. */
const LIMITS = [0.70795, 1, 1.41254, 1e10];
const HIGHEST_GAIN = 1e5;
const HIGHEST_BOOST = 1.584893192;
const EPSILON = 2 ** -23;

/** A limiter band, and the energies that it should have and has. */
export interface Limited extends Amplitudes {
  readonly wanted: Float64Array;
  readonly present: Float64Array;
  readonly begin: number;
  readonly end: number;
}

/** Keeps gains near that of the whole band, and makes up for what that takes away. */
export function limitGains(band: Limited, setting: number, hasNoise: boolean): void {
  const { gain, noise, sine, wanted, present, begin, end } = band;
  let [wantedSum, presentSum] = [EPSILON, EPSILON];
  for (let at = begin; at < end; at++) {
    wantedSum += wanted[at] as number;
    presentSum += present[at] as number;
  }
  const highest = Math.min(
    HIGHEST_GAIN,
    (LIMITS[setting] as number) * Math.sqrt(wantedSum / presentSum),
  );
  let made = EPSILON;
  for (let at = begin; at < end; at++) {
    const [g, q, s] = [gain[at] as number, noise[at] as number, sine[at] as number];
    if (g > highest) {
      gain[at] = highest;
      noise[at] = (q * highest) / g;
    }
    made += (present[at] as number) * (gain[at] as number) ** 2 + s * s;
    if (hasNoise && s === 0) made += (noise[at] as number) ** 2;
  }
  const boost = Math.min(HIGHEST_BOOST, Math.sqrt(wantedSum / made));
  for (let at = begin; at < end; at++) {
    gain[at] = (gain[at] as number) * boost;
    noise[at] = (noise[at] as number) * boost;
    sine[at] = (sine[at] as number) * boost;
  }
}
