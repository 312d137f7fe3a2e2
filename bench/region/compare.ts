/** The simulated queue of one isolate against a load run of the same arrivals. */
import { median, percentile } from "../statistics.ts";
import type { Calibration, LoadRun } from "./load-run.ts";
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
  readonly measured: Latencies;
  readonly simulated: Latencies;
  readonly measuredRefusals: number;
  readonly simulatedRefusals: number;
}

/** Simulates the arrivals of a run on one warm isolate whose clips take what calibration measured. */
export function compareRun(run: LoadRun, calibration: Calibration, seed: number): Comparison {
  const measuredSeconds = new Map(
    calibration.map(({ clipSeconds, milliseconds }) => [
      clipSeconds,
      milliseconds.map((ms) => ms / 1000),
    ]),
  );
  const isolate = {
    ...ONE_WORKER,
    costs: {
      computeSeconds: (clipSeconds: number, draw: number) => {
        const times = measuredSeconds.get(clipSeconds) ?? [];
        return times[Math.floor(draw * times.length)];
      },
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
  return {
    clipsPerSecond: run.clipsPerSecond,
    count: run.arrivals.length,
    measured: latenciesOf(answered.map(({ milliseconds }) => milliseconds / 1000)),
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
