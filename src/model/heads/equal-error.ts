/** Error rates of a threshold of scores, on pairs whose answer is known. */

/** Two clips' similarity, and whether they are of one speaker. */
export interface ScoredPair {
  readonly score: number;
  readonly isTarget: boolean;
}

/** A threshold, which accepts scores from it on, and the shares of pairs that it gets wrong. */
export interface OperatingPoint {
  readonly threshold: number;
  /** Of pairs of different speakers. */
  readonly falseAcceptRate: number;
  /** Of pairs of one speaker. */
  readonly falseRejectRate: number;
}

/**
 * Every way to tell the pairs apart, by ascending threshold: thresholds lie halfway between neighbouring scores, and at the
 * lowest. There has to be a pair of each kind.
 */
export function operatingPoints(pairs: readonly ScoredPair[]): OperatingPoint[] {
  const sorted = pairs.toSorted((a, b) => a.score - b.score);
  const targets = pairs.filter(({ isTarget }) => isTarget).length;
  const nonTargets = pairs.length - targets;
  let rejected = 0;
  let accepted = nonTargets;
  const points = [{ threshold: sorted[0].score, falseAcceptRate: 1, falseRejectRate: 0 }];
  for (const [index, { score, isTarget }] of sorted.entries()) {
    if (isTarget) rejected++;
    else accepted--;
    const next = sorted[index + 1]?.score;
    if (next === undefined || next === score) continue;
    points.push({
      threshold: (score + next) / 2,
      falseAcceptRate: accepted / nonTargets,
      falseRejectRate: rejected / targets,
    });
  }
  return points;
}

/** The point at which both kinds of errors are nearest to equally frequent, and their mean there. */
export function equalError(points: readonly OperatingPoint[]): {
  readonly threshold: number;
  readonly equalErrorRate: number;
} {
  const gap = ({ falseAcceptRate, falseRejectRate }: OperatingPoint) =>
    Math.abs(falseAcceptRate - falseRejectRate);
  const best = points.reduce((champion, point) => (gap(point) < gap(champion) ? point : champion));
  return {
    threshold: best.threshold,
    equalErrorRate: (best.falseAcceptRate + best.falseRejectRate) / 2,
  };
}
