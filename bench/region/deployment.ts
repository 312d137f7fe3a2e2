/** What a simulated deployment is: regions, isolates, stages, threads, and what a clip takes there. */

/** What was measured of the service, in seconds. */
export interface Costs {
  /** A warm clip's time on one thread; drawn anew for each, where it varies. */
  computeSeconds(clipSeconds: number, draw: number): number;
  /** Of a cold start beside the weights: the isolate's start and the first session. */
  readonly startSeconds: number;
  /** Bytes that a cold isolate reads, and that a warm one reads again for each clip. */
  readonly coldBytes: number;
  readonly warmBytes: number;
}

/** How fast and from where weights come; assumptions, not measurements. */
export interface Reading {
  readonly cacheBytesPerSecond: number;
  readonly bucketBytesPerSecond: number;
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

/** Seconds that the first clip of a cold isolate takes, from weights that come at `bytesPerSecond`. */
export function coldSeconds(
  { costs, isOverlapped }: Pick<Deployment, "costs" | "isOverlapped">,
  computeSeconds: number,
  bytesPerSecond: number,
): number {
  const reading = costs.coldBytes / bytesPerSecond;
  const work = isOverlapped ? Math.max(reading, computeSeconds) : reading + computeSeconds;
  return costs.startSeconds + work;
}
