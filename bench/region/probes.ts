/** Clips that are sent one at a time between the slices of a load run: they say how fast the machine was then. */
import type { Random } from "./random.ts";

/** A clip that nothing else was with. */
export interface Probe {
  readonly atSeconds: number;
  readonly clipSeconds: number;
  /** Until its answer. */
  readonly takenSeconds: number;
  /** Of it, the time in the engine. */
  readonly computeSeconds: number;
}

/** Two before a clip and two after it, as a rule: one alone may be the one that the machine stood still for. */
const NEAREST = 4;

/**
 * One of the probes of the clip's length that are nearest in time.
 * @throws Error if there is none of that length
 */
export function probeFor(
  probes: readonly Probe[],
  clip: { readonly atSeconds: number; readonly clipSeconds: number },
  random: Random,
): Probe {
  const apart = (probe: Probe) => Math.abs(probe.atSeconds - clip.atSeconds);
  const nearest = probes
    .filter(({ clipSeconds }) => clipSeconds === clip.clipSeconds)
    .sort((a, b) => apart(a) - apart(b))
    .slice(0, NEAREST);
  const probe = nearest[Math.floor(random() * nearest.length)];
  if (probe === undefined) throw new Error(`no probe has ${clip.clipSeconds} s`);
  return probe;
}
