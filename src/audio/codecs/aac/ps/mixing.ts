/** The mix of two channels from the sum and its decorrelated copy (ISO/IEC 14496-3 §8.6.4.6). */

/** Differences of intensity as factors, from the least to the largest (tables 8.26 and 8.27), in dB. */
const COARSE_DB = [25, 18, 14, 10, 7, 4, 2];
const FINE_DB = [50, 45, 40, 35, 30, 25, 22, 19, 16, 13, 10, 8, 6, 4, 2];
/** Coherence (table 8.28). */
const COHERENCES = [1, 0.937, 0.84118, 0.60092, 0.36764, 0, -0.589, -1];
const LEAST_COHERENCE = 0.05;

/** Four factors: of the sum and of the copy, for each channel. */
export interface Factors {
  readonly sumToLeft: number;
  readonly sumToRight: number;
  readonly copyToLeft: number;
  readonly copyToRight: number;
}

/** The factors of a difference of intensity and a coherence. */
export function factorsOf(
  intensity: number,
  coherence: number,
  { isFine, isPhaseMix }: { readonly isFine: boolean; readonly isPhaseMix: boolean },
): Factors {
  const ratio = ratioOf(intensity, isFine ? FINE_DB : COARSE_DB);
  const wanted = COHERENCES[coherence] as number;
  return isPhaseMix ? phaseMix(ratio, wanted) : levelMix(ratio, wanted);
}

function ratioOf(intensity: number, steps: readonly number[]): number {
  if (intensity === 0) return 1;
  const db = steps[steps.length - Math.abs(intensity)] as number;
  return 10 ** ((Math.sign(intensity) * db) / 20);
}

function levelMix(ratio: number, coherence: number): Factors {
  const right = Math.SQRT2 / Math.sqrt(1 + ratio * ratio);
  const left = ratio * right;
  const alpha = Math.acos(coherence) / 2;
  const beta = (alpha * (right - left)) / Math.SQRT2;
  return {
    sumToLeft: left * Math.cos(beta + alpha),
    sumToRight: right * Math.cos(beta - alpha),
    copyToLeft: left * Math.sin(beta + alpha),
    copyToRight: right * Math.sin(beta - alpha),
  };
}

function phaseMix(ratio: number, coherence: number): Factors {
  const rho = Math.max(coherence, LEAST_COHERENCE);
  const angle = Math.atan2(2 * ratio * rho, ratio * ratio - 1) / 2;
  const alpha = angle < 0 ? angle + Math.PI / 2 : angle;
  const spread = ratio + 1 / ratio;
  const mu = Math.sqrt(1 + (4 * rho * rho - 4) / (spread * spread));
  const gamma = Math.atan(Math.sqrt((1 - mu) / (1 + mu)));
  return {
    sumToLeft: Math.SQRT2 * Math.cos(alpha) * Math.cos(gamma),
    sumToRight: Math.SQRT2 * Math.sin(alpha) * Math.cos(gamma),
    copyToLeft: -Math.SQRT2 * Math.sin(alpha) * Math.sin(gamma),
    copyToRight: Math.SQRT2 * Math.cos(alpha) * Math.sin(gamma),
  };
}
