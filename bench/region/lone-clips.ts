/** Clips of a load run that nothing else was with: what they took is computing alone, and says how fast the machine was then. */
import type { LoadRun } from "./load-run.ts";

/** A clip that found nobody, and whose answer came before the next clip. */
export interface LoneClip {
  readonly atSeconds: number;
  readonly clipSeconds: number;
  readonly takenSeconds: number;
}

/** The lone clips of a run, in order of time. */
export function loneClips({ arrivals, answers }: LoadRun): LoneClip[] {
  const lone: LoneClip[] = [];
  let busyUntil = 0;
  for (const [index, { atSeconds, clipSeconds }] of arrivals.entries()) {
    const { status, milliseconds } = answers[index];
    const takenSeconds = milliseconds / 1000;
    const end = atSeconds + takenSeconds;
    const next = arrivals[index + 1]?.atSeconds ?? Number.POSITIVE_INFINITY;
    if (status === 200 && busyUntil <= atSeconds && next >= end) {
      lone.push({ atSeconds, clipSeconds, takenSeconds });
    }
    busyUntil = Math.max(busyUntil, end);
  }
  return lone;
}

/**
 * What the lone clip of the same length took that is nearest in time.
 * @throws Error if there is none of that length
 */
export function nearestTime(
  lone: readonly LoneClip[],
  clip: { readonly atSeconds: number; readonly clipSeconds: number },
): number {
  const apart = (one: LoneClip) => Math.abs(one.atSeconds - clip.atSeconds);
  const [nearest] = lone
    .filter(({ clipSeconds }) => clipSeconds === clip.clipSeconds)
    .sort((a, b) => apart(a) - apart(b));
  if (nearest === undefined) throw new Error(`no clip of ${clip.clipSeconds} s was alone`);
  return nearest.takenSeconds;
}
