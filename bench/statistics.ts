/** Fair timing on a noisy machine: the contestants take turns, and medians are compared. */

/** The middle of the values, the mean of the two middle ones if their number is even. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("nothing to take a median of");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest of the values that at least so large a share of them does not exceed: 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("nothing to take a percentile of");
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1];
}

/** Number of timed runs: `warmUps` runs are thrown away before `repeats` are counted. */
export interface Rounds {
  readonly repeats: number;
  readonly warmUps: number;
}

/**
 * Runs the contestants in turn (A, B, A, B …), so that a machine that slows down slows all of them, and gives the median
 * time of each in milliseconds. Each times itself and gives milliseconds, so that it can prepare first.
 */
export async function medianTimes<Name extends string>(
  contestants: Readonly<Record<Name, () => Promise<number>>>,
  { repeats, warmUps }: Rounds,
): Promise<Record<Name, number>> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUps; round < repeats; round++) {
    for (const name of names) {
      const milliseconds = await contestants[name]();
      if (round >= 0) times.get(name)?.push(milliseconds);
    }
  }
  const medians = names.map((name) => [name, median(times.get(name) ?? [])]);
  return Object.fromEntries(medians);
}

/** Milliseconds that `work` takes, waiting for it. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
