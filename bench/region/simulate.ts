/** A stretch of traffic on a deployment: isolates start, warm, wait and die, and every clip is answered, refused or lost. */
import type { Arrival } from "./arrivals.ts";
import { coldSeconds, type Deployment, warmSeconds } from "./deployment.ts";
import type { Random } from "./random.ts";
import { type Answered, createStation, type Station } from "./station.ts";

/** What became of all clips. */
export interface DayResult {
  readonly arrivals: number;
  readonly refused: number;
  readonly lost: number;
  /** From the client's send to its answer, of clips that are no jobs. */
  readonly latencySeconds: readonly number[];
  /** From handing in a job to its result. */
  readonly jobSeconds: readonly number[];
  /** Clips that found no living isolate. */
  readonly coldStarts: number;
  readonly computedSeconds: number;
  /** Weights read from the bucket because the colo's cache had none, and all that were read. */
  readonly bucketReads: number;
  readonly readBytes: number;
}

interface Isolate {
  station: Station;
  isStarted: boolean;
}

/** Sends the arrivals, which are in order of time, through a deployment. */
export function simulate(
  arrivals: readonly Arrival[],
  deployment: Deployment,
  random: Random,
): DayResult {
  const placeCount = Math.max(...deployment.placeOfRegion) + 1;
  const { isolatesPerPlace, consumersPerPlace, idleSeconds, costs, reading } = deployment;
  const shape = { servers: deployment.threads, stages: deployment.stages };
  const isolatesOf = (count: number, maxWaiting: number) =>
    Array.from({ length: placeCount }, () =>
      Array.from({ length: count }, () => ({
        station: createStation({ ...shape, maxWaiting }),
        isStarted: deployment.isWarmedUp,
      })),
    );
  const isolates = isolatesOf(isolatesPerPlace, deployment.maxWaiting);
  // A message stays in its queue until a consumer takes it.
  const consumers = isolatesOf(consumersPerPlace, Number.POSITIVE_INFINITY);
  const cachedUntil = new Float64Array(placeCount).fill(
    deployment.isWarmedUp ? reading.cacheKeepSeconds : Number.NEGATIVE_INFINITY,
  );
  const answered: { readonly arrival: Arrival; readonly outcome: Answered }[] = [];
  const sums = { refused: 0, lost: 0, coldStarts: 0, computedSeconds: 0, bucketReads: 0 };
  let readBytes = 0;

  for (const arrival of arrivals) {
    const { atSeconds, region, isJob } = arrival;
    const place = deployment.placeOfRegion[region];
    const isForConsumer = isJob && consumersPerPlace > 0;
    const pool: Isolate[] = (isForConsumer ? consumers : isolates)[place];
    const isolate = pool[Math.floor(random() * pool.length)];
    const computeSeconds = costs.computeSeconds(arrival);
    const idleSince = Math.max(isolate.station.idleSince(), deployment.isWarmedUp ? 0 : -Infinity);
    const isCold = !isolate.isStarted || atSeconds - idleSince > idleSeconds;
    const isCached = atSeconds <= cachedUntil[place];
    const speed = isCached ? reading.cacheBytesPerSecond : reading.bucketBytesPerSecond;
    const seconds = isCold
      ? coldSeconds(deployment, computeSeconds, speed)
      : warmSeconds(deployment, computeSeconds, speed);
    const stageSeconds = Array.from(
      { length: deployment.stages },
      () => seconds / deployment.stages + (deployment.stages > 1 ? deployment.hopSeconds : 0),
    );
    const prepareSeconds = costs.prepareSeconds(arrival);
    const patienceSeconds = isJob ? Number.POSITIVE_INFINITY : deployment.patienceSeconds;
    const demand = { prepareSeconds, stageSeconds, patienceSeconds };
    const outcome = isolate.station.handIn(atSeconds, demand);
    if (outcome.kind !== "answered") {
      sums[outcome.kind]++;
      continue;
    }
    isolate.isStarted = true;
    if (isCold) sums.coldStarts++;
    const bytes = isCold ? costs.coldBytes : costs.warmBytes;
    readBytes += bytes;
    if (bytes > 0 && !isCached) sums.bucketReads++;
    if (bytes > 0) cachedUntil[place] = outcome.endSeconds + reading.cacheKeepSeconds;
    sums.computedSeconds += prepareSeconds + computeSeconds;
    answered.push({ arrival, outcome });
  }
  const secondsOf = (isOfJob: boolean) =>
    answered
      .filter(({ arrival }) => arrival.isJob === isOfJob)
      .map(
        ({ arrival: { atSeconds, region }, outcome }) =>
          outcome.endSeconds - atSeconds + deployment.roundTripSeconds[region],
      );
  return {
    arrivals: arrivals.length,
    ...sums,
    latencySeconds: secondsOf(false),
    jobSeconds: secondsOf(true),
    readBytes,
  };
}
