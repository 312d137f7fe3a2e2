/** Axes of error rates on which normally distributed scores give straight lines (Martin et al. 1997, "The DET Curve in Assessment of Detection Task Performance"). */
import type { Scale } from "./scale.ts";

const ROUND_RATES = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95,
  0.98, 0.99, 0.995, 0.998, 0.999,
];

/** For data of every size: of the others, those at the ends would stand on each other. */
const SPARSE_RATES = [0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999];

/** Space that a label needs on the axis. */
const LABEL_SHARE = 0.08;

/** An axis of rates between 0 and 1, both left out, from the round rate below the smallest to the one above the largest. */
export function normalDeviateScale(rates: readonly number[]): Scale {
  const below = ROUND_RATES.findLastIndex((rate) => rate <= Math.min(...rates));
  const above = ROUND_RATES.findIndex((rate) => rate >= Math.max(...rates));
  const round = ROUND_RATES.slice(Math.max(0, below), above < 0 ? undefined : above + 1);
  const smallest = Math.min(round[0], ...rates);
  const largest = Math.max(round[round.length - 1], ...rates);
  const first = probit(smallest);
  const length = probit(largest) - first;
  const position = (rate: number) => (probit(rate) - first) / length;
  const isCrowded = round.some(
    (rate, index) => position(round[index + 1]) - position(rate) < LABEL_SHARE,
  );
  const sparse = SPARSE_RATES.filter((rate) => rate >= smallest && rate <= largest);
  return {
    ticks: isCrowded ? sparse : round,
    position,
    label: (rate) => `${Number((100 * rate).toPrecision(3))} %`,
  };
}

const CENTRAL_NUMERATOR = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const CENTRAL_DENOMINATOR = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const TAIL_NUMERATOR = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_DENOMINATOR = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];
const TAIL = 0.02425;

/** The standard normal quantile of a probability between 0 and 1, to 1.2e-9 of itself (P. J. Acklam's rational approximation). */
export function probit(probability: number): number {
  if (probability > 1 - TAIL) return -probit(1 - probability);
  if (probability < TAIL) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL_NUMERATOR, q) / polynomial(TAIL_DENOMINATOR, q);
  }
  const q = probability - 0.5;
  return (polynomial(CENTRAL_NUMERATOR, q * q) * q) / polynomial(CENTRAL_DENOMINATOR, q * q);
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
