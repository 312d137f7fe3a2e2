/** Confidence interval of a word error rate. */

import { uniform } from "../checkpoint/synthetic/random.ts";
import { type WordErrors, wordErrorRate } from "./word-error.ts";

const RESAMPLES = 1_000;
const TAIL = 0.025;

/** The 95 % interval of the word error rate by bootstrap over clips (Efron 1979): clips are drawn anew with replacement. */
export function bootstrapInterval(
  counted: readonly WordErrors[],
  seed = "bootstrap",
): readonly [low: number, high: number] {
  const draws = uniform(seed, RESAMPLES * counted.length);
  const rates = Array.from({ length: RESAMPLES }, (_, round) => {
    const drawn = counted.map((_, index) => {
      const at = ((draws[round * counted.length + index] as number) + 1) / 2;
      return counted[Math.floor(at * counted.length)] as WordErrors;
    });
    return wordErrorRate(drawn);
  }).sort((a, b) => a - b);
  const at = (share: number) => rates[Math.round(share * (RESAMPLES - 1))] as number;
  return [at(TAIL), at(1 - TAIL)];
}
