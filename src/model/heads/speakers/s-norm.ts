/** S-norm: scores by how alike each side is to a cohort of other speakers (Kenny, 2010). */
import { dot } from "../vectors.ts";

/** How alike an embedding is to a cohort. */
export interface CohortScores {
  readonly mean: number;
  readonly deviation: number;
}

/** A cohort that an embedding is equally like to, each of them, would divide by 0. */
const LEAST_DEVIATION = 1e-6;

/**
 * The mean and deviation of an embedding's cosines with those of a cohort.
 * @param embedding of length 1, as those of the cohort, of which there is one at least
 */
export function scoresAgainst(
  embedding: Float32Array,
  cohort: readonly Float32Array[],
): CohortScores {
  const cosines = cohort.map((other) => dot(embedding, other));
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  const squares = cosines.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0);
  const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(squares / cosines.length));
  return { mean, deviation };
}

/** A cosine in deviations above what strangers score: the mean of both sides. */
export function sNorm(cosine: number, one: CohortScores, other: CohortScores): number {
  const above = ({ mean, deviation }: CohortScores) => (cosine - mean) / deviation;
  return (above(one) + above(other)) / 2;
}
