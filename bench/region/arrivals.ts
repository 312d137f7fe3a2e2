/** When clips arrive, how long they are, and where from. */
import { exponential, type Random, weighted } from "./random.ts";

/** A clip that is handed in. */
export interface Arrival {
  readonly atSeconds: number;
  readonly clipSeconds: number;
  /** Index of the region that its client is in. */
  readonly region: number;
  /** Which key sends it. */
  readonly key: number;
  /** True for a clip handed in as a job, which a queue consumer computes. */
  readonly isJob: boolean;
}

/** Traffic of a stretch of time. */
export interface Traffic {
  readonly seconds: number;
  /** Mean over all of it, of all regions. */
  readonly clipsPerSecond: number;
  /** Clip lengths in seconds, and how common each is. */
  readonly lengths: readonly { readonly value: number; readonly weight: number }[];
  /** Clients' share by region; their day begins `dayOffsetHours` later. */
  readonly regions: readonly { readonly share: number; readonly dayOffsetHours: number }[];
  /** 0 for the same all day, up to 1 for a night without traffic. */
  readonly daySwing: number;
  /** Bursts: so many an hour, each of so long, in which the rate is multiplied. */
  readonly bursts: { readonly perHour: number; readonly seconds: number; readonly times: number };
  readonly keys: number;
  readonly jobShare: number;
}

/** One region, the same rate all the time. */
export const STEADY = {
  regions: [{ share: 1, dayOffsetHours: 0 }],
  daySwing: 0,
  bursts: { perHour: 0, seconds: 0, times: 1 },
  keys: 1,
  jobShare: 0,
} as const satisfies Partial<Traffic>;

const DAY_SECONDS = 86_400;

/** A Poisson process of changing rate, in order of time (thinning: Lewis and Shedler 1979). */
export function arrivalsOf(traffic: Traffic, random: Random): Arrival[] {
  const { seconds, daySwing, bursts, regions } = traffic;
  const burstStarts = burstTimes(traffic, random);
  // Bursts are part of the mean.
  const base = traffic.clipsPerSecond / (1 + burstShare(bursts) * (bursts.times - 1));
  const highest = base * (1 + daySwing) * bursts.times;
  const shares = regions.map(({ share }, value) => ({ value, weight: share }));
  const arrivals: Arrival[] = [];
  for (let at = exponential(random, 1 / highest); at < seconds; ) {
    const region = weighted(random, shares);
    const hour = at / DAY_SECONDS - regions[region].dayOffsetHours / 24;
    const day = 1 - daySwing * Math.cos(2 * Math.PI * hour);
    const burst = isWithin(burstStarts, bursts.seconds, at) ? bursts.times : 1;
    if (random() * highest < base * day * burst) {
      const clipSeconds = weighted(random, traffic.lengths);
      const key = Math.floor(random() * traffic.keys);
      const isJob = random() < traffic.jobShare;
      arrivals.push({ atSeconds: at, clipSeconds, region, key, isJob });
    }
    at += exponential(random, 1 / highest);
  }
  return arrivals;
}

function burstShare({ perHour, seconds }: Traffic["bursts"]): number {
  return 1 - Math.exp((-perHour * seconds) / 3600);
}

function burstTimes({ seconds, bursts }: Traffic, random: Random): number[] {
  const starts: number[] = [];
  if (bursts.perHour === 0) return starts;
  const meanGap = 3600 / bursts.perHour;
  for (let at = exponential(random, meanGap); at < seconds; at += exponential(random, meanGap)) {
    starts.push(at);
  }
  return starts;
}

function isWithin(starts: readonly number[], length: number, at: number): boolean {
  return starts.some((start) => start <= at && at < start + length);
}
