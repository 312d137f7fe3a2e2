/** The simulated queue of one isolate against a load run of the same arrivals. */
import { median, percentile } from "../statistics.ts";
import type { LoadRun } from "./load-run.ts";
import { loneClips, nearestTime } from "./lone-clips.ts";
import { seededRandom } from "./random.ts";
import { ONE_WORKER } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

/** Seconds. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Both sides of a load run. */
export interface Comparison {
  readonly clipsPerSecond: number;
  readonly count: number;
  /** Of them were alone. */
  readonly loneCount: number;
  /** Of all clips that were answered. */
  readonly measuredSeconds: readonly number[];
  readonly simulatedSeconds: readonly number[];
  readonly measured: Latencies;
  readonly simulated: Latencies;
  readonly measuredRefusals: number;
  readonly simulatedRefusals: number;
}

/** Simulates the arrivals of a run on one warm isolate whose clips take what lone clips of the same run took. */
export function compareRun(run: LoadRun, seed: number): Comparison {
  const lone = loneClips(run);
  const isolate = {
    ...ONE_WORKER,
    costs: {
      computeSeconds: (clip: Parameters<typeof nearestTime>[1]) => nearestTime(lone, clip),
      startSeconds: 0,
      coldBytes: 0,
      warmBytes: 0,
      coldReads: 0,
      warmReads: 0,
    },
    placeOfRegion: [0],
    roundTripSeconds: [0],
    isolatesPerPlace: 1,
    consumersPerPlace: 0,
    isWarmedUp: true,
  };
  const day = simulate(run.arrivals, isolate, seededRandom(seed));
  const answered = run.answers.filter(({ status }) => status === 200);
  const measuredSeconds = answered.map(({ milliseconds }) => milliseconds / 1000);
  return {
    clipsPerSecond: run.clipsPerSecond,
    count: run.arrivals.length,
    loneCount: lone.length,
    measuredSeconds,
    simulatedSeconds: day.latencySeconds,
    measured: latenciesOf(measuredSeconds),
    simulated: latenciesOf(day.latencySeconds),
    measuredRefusals: run.answers.length - answered.length,
    simulatedRefusals: day.refused,
  };
}

/** Percentiles of durations in seconds. */
export function latenciesOf(seconds: readonly number[]): Latencies {
  return {
    p50: median(seconds),
    p95: percentile(seconds, 0.95),
    p99: percentile(seconds, 0.99),
  };
}
