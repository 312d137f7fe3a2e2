/** What a simulated deployment is: regions, isolates, stages, threads, and what a clip takes there. */

import type { Arrival } from "./arrivals.ts";

/** What was measured of the service, in seconds. */
export interface Costs {
  /** Receiving and decoding on the thread that computes; clips that come do it before others go on. */
  prepareSeconds(clip: Arrival): number;
  /** A warm clip's time on one thread after that. */
  computeSeconds(clip: Arrival): number;
  /** Of a cold start beside the weights: the isolate's start and the first session. */
  readonly startSeconds: number;
  /** Bytes that a cold isolate reads, and that a warm one reads again for each clip. */
  readonly coldBytes: number;
  readonly warmBytes: number;
  /** In how many reads, one after another. */
  readonly coldReads: number;
  readonly warmReads: number;
}

/** How fast and from where weights come; assumptions, not measurements. */
export interface Reading {
  readonly cacheBytesPerSecond: number;
  readonly bucketBytesPerSecond: number;
  /** Until the first byte of a read. */
  readonly requestSeconds: number;
  /** What a colo's cache has read is kept for so long after its last use. */
  readonly cacheKeepSeconds: number;
}

/** A deployment in one or several regions, of Workers or of a server. */
export interface Deployment {
  readonly name: string;
  readonly costs: Costs;
  readonly reading: Reading;
  /** Which of its places answers the clients of each region. */
  readonly placeOfRegion: readonly number[];
  /** Seconds of a round trip from the clients of each region to their place. */
  readonly roundTripSeconds: readonly number[];
  /** Isolates over which a place spreads its clips; 1 for a server. */
  readonly isolatesPerPlace: number;
  /** Isolates that compute jobs in each place; 0 to compute them where requests are. */
  readonly consumersPerPlace: number;
  readonly stages: number;
  /** Seconds that handing on to one stage takes. */
  readonly hopSeconds: number;
  /** Clips computed at once by one isolate: the threads of a server. */
  readonly threads: number;
  readonly maxWaiting: number;
  /** An isolate that had nothing to do for so long is gone; infinity for a server. */
  readonly idleSeconds: number;
  readonly patienceSeconds: number;
  /** True where weights are computed with while the next are read. */
  readonly isOverlapped: boolean;
  /** True where a request after the deployment has warmed each isolate. */
  readonly isWarmedUp: boolean;
}

/**
 * Seconds that the first clip of a cold isolate takes, from weights that come at `bytesPerSecond`. With reading and computing
 * overlapped it is still not faster than a warm clip, which waits for what it reads again.
 */
export function coldSeconds(
  deployment: Pick<Deployment, "costs" | "reading" | "isOverlapped">,
  computeSeconds: number,
  bytesPerSecond: number,
): number {
  const { costs, reading, isOverlapped } = deployment;
  const readSeconds = costs.coldBytes / bytesPerSecond + costs.coldReads * reading.requestSeconds;
  const overlapped = Math.max(readSeconds, warmSeconds(deployment, computeSeconds, bytesPerSecond));
  return costs.startSeconds + (isOverlapped ? overlapped : readSeconds + computeSeconds);
}

/** Seconds that a clip of a warm isolate takes, which reads again the weights that it has no room for. */
export function warmSeconds(
  { costs, reading }: Pick<Deployment, "costs" | "reading">,
  computeSeconds: number,
  bytesPerSecond: number,
): number {
  const readSeconds = costs.warmBytes / bytesPerSecond + costs.warmReads * reading.requestSeconds;
  return computeSeconds + readSeconds;
}
