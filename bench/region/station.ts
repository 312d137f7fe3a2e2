/** A station that computes clips: so many at a time, in order of arrival, a few waiting, the rest refused. */

/** What became of a clip, and when, in seconds since the beginning. */
export type Outcome =
  | { readonly kind: "answered"; readonly startSeconds: number; readonly endSeconds: number }
  | { readonly kind: "refused" }
  | { readonly kind: "lost" };

/** A station; clips have to be handed in by order of arrival. */
export interface Station {
  /**
   * Hands in a clip that holds each stage for so many seconds; who waits longer than `patienceSeconds` goes, and is lost.
   * @param stageSeconds as many numbers as there are stages
   */
  handIn(atSeconds: number, stageSeconds: readonly number[], patienceSeconds?: number): Outcome;
  /** When the last clip that was taken is done; minus infinity before the first. */
  idleSince(): number;
}

/**
 * A station of `servers` threads, or of `stages` one after another (not both), in which `maxWaiting` clips wait for the first.
 * Since order is kept, the start of a clip is known when it arrives.
 */
export function createStation(shape: {
  readonly servers: number;
  readonly stages: number;
  readonly maxWaiting: number;
}): Station {
  const freeAt = new Float64Array(shape.servers).fill(Number.NEGATIVE_INFINITY);
  const stageFreeAt = new Float64Array(shape.stages).fill(Number.NEGATIVE_INFINITY);
  /** When those who wait stop waiting. */
  let waitEnds: number[] = [];
  let lastEnd = Number.NEGATIVE_INFINITY;
  return {
    handIn(at, stageSeconds, patienceSeconds = Number.POSITIVE_INFINITY) {
      waitEnds = waitEnds.filter((end) => end > at);
      const server = freeAt.indexOf(Math.min(...freeAt));
      const start = Math.max(at, freeAt[server]);
      if (start > at) {
        if (waitEnds.length >= shape.maxWaiting) return { kind: "refused" };
        waitEnds.push(Math.min(start, at + patienceSeconds));
        if (start - at > patienceSeconds) return { kind: "lost" };
      }
      let end = start;
      stageSeconds.forEach((seconds, stage) => {
        end = Math.max(end, stageFreeAt[stage] ?? 0) + seconds;
        if (shape.servers === 1) stageFreeAt[stage] = end;
        // The next clip begins while later stages still compute this one.
        if (stage === 0) freeAt[server] = end;
      });
      lastEnd = Math.max(lastEnd, end);
      return { kind: "answered", startSeconds: start, endSeconds: end };
    },
    idleSince: () => lastEnd,
  };
}
