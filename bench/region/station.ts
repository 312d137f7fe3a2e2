/** A station that computes clips: so many at a time, in order of arrival, a few waiting, the rest refused. */

/** What became of a clip, and when, in seconds since the beginning. */
export type Outcome = Answered | { readonly kind: "refused" } | { readonly kind: "lost" };

/** The times of a clip grow when later ones delay it, and are settled once as much time has passed. */
export interface Answered {
  readonly kind: "answered";
  startSeconds: number;
  endSeconds: number;
}

/** What a clip asks of a station, in seconds. */
export interface Demand {
  /** Receiving and decoding. Where one thread does everything, it goes before all computing and so delays other clips. */
  readonly prepareSeconds?: number;
  /** How long the clip holds each stage: as many numbers as there are stages. */
  readonly stageSeconds: readonly number[];
  /** Who waits longer than this goes, and is lost. */
  readonly patienceSeconds?: number;
}

/** A station; clips have to be handed in by order of arrival. */
export interface Station {
  handIn(atSeconds: number, demand: Demand): Outcome;
  /** When the last clip that was taken is done; minus infinity before the first. */
  idleSince(): number;
}

/**
 * A station of `servers` threads, or of `stages` one after another (not both), in which `maxWaiting` clips wait for the first.
 * Since order is kept, it is known when a clip arrives which others it waits for.
 */
export function createStation(shape: {
  readonly servers: number;
  readonly stages: number;
  readonly maxWaiting: number;
}): Station {
  const isOneThread = shape.servers === 1 && shape.stages === 1;
  const freeAt = new Float64Array(shape.servers).fill(Number.NEGATIVE_INFINITY);
  const stageFreeAt = new Float64Array(shape.stages).fill(Number.NEGATIVE_INFINITY);
  let lastEnd = Number.NEGATIVE_INFINITY;
  let underWay: Answered[] = [];
  /** Those who wait, until they start or go. */
  let waiting: { readonly startSeconds: number }[] = [];

  const delay = (at: number, seconds: number) => {
    underWay = underWay.filter(({ endSeconds }) => endSeconds > at);
    for (const clip of underWay) {
      if (clip.startSeconds > at) clip.startSeconds += seconds;
      clip.endSeconds += seconds;
      lastEnd = clip.endSeconds;
    }
    if (underWay.length === 0) return;
    freeAt[0] = lastEnd;
    stageFreeAt[0] = lastEnd;
  };

  return {
    handIn(at, { prepareSeconds = 0, stageSeconds, patienceSeconds = Number.POSITIVE_INFINITY }) {
      if (isOneThread) delay(at, prepareSeconds);
      waiting = waiting.filter(({ startSeconds }) => startSeconds > at);
      const server = freeAt.indexOf(Math.min(...freeAt));
      const ready = at + prepareSeconds;
      const start = Math.max(ready, freeAt[server]);
      if (start > ready && waiting.length >= shape.maxWaiting) return { kind: "refused" };
      if (start - ready > patienceSeconds) {
        waiting.push({ startSeconds: ready + patienceSeconds });
        return { kind: "lost" };
      }
      let end = start;
      stageSeconds.forEach((seconds, stage) => {
        end = Math.max(end, stageFreeAt[stage] ?? 0) + seconds;
        if (shape.servers === 1) stageFreeAt[stage] = end;
        // The next clip begins while later stages still compute this one.
        if (stage === 0) freeAt[server] = end;
      });
      lastEnd = Math.max(lastEnd, end);
      const answered: Answered = { kind: "answered", startSeconds: start, endSeconds: end };
      if (start > ready) waiting.push(answered);
      if (isOneThread) underWay.push(answered);
      return answered;
    },
    idleSince: () => lastEnd,
  };
}
