/** The simulated queue of one isolate against a load run of the same arrivals. */
import { median, percentile } from "../statistics.ts";
import type { Arrival } from "./arrivals.ts";
import type { LoadRun, Slice } from "./load-run.ts";
import { probeFor } from "./probes.ts";
import { type Random, seededRandom } from "./random.ts";
import { ONE_WORKER } from "./scenarios.ts";
import { type DayResult, simulate } from "./simulate.ts";
import type { Transport } from "./transport.ts";

/** Seconds. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** How long the clips of a slice took that were answered, in seconds. */
export interface SliceSeconds {
  readonly measured: readonly number[];
  /** Of all simulations. */
  readonly simulated: readonly number[];
}

/** Both sides of a load run. */
export interface Comparison {
  readonly clipsPerSecond: number;
  /** Of all clips that arrived. */
  readonly count: number;
  /** How much of its time the isolate had to work, as the probes say it. */
  readonly utilisation: number;
  readonly slices: readonly SliceSeconds[];
  readonly measured: Latencies;
  readonly simulated: Latencies;
  readonly measuredRefusals: number;
  /** On average of the simulations. */
  readonly simulatedRefusals: number;
}

/** Simulations of each slice, whose clips take what other probes took. */
const REPEATS = 10;

/** Simulates the slices of a run on one warm isolate whose clips take what probes of their time took. */
export function compareRun(
  run: LoadRun,
  transports: readonly Transport[],
  seed: number,
): Comparison {
  const random = seededRandom(seed);
  let simulatedRefusals = 0;
  const slices = run.slices.map((slice) => {
    const days = Array.from({ length: REPEATS }, () =>
      simulateSlice(run, slice, transports, random),
    );
    simulatedRefusals += days.reduce((sum, { refused }) => sum + refused, 0) / REPEATS;
    const answered = slice.answers.filter(isAnswered);
    return {
      measured: answered.map(({ takenSeconds }) => takenSeconds),
      simulated: days.flatMap(({ latencySeconds }) => latencySeconds),
    };
  });
  const answers = run.slices.flatMap((slice) => slice.answers);
  const busySeconds = run.probes.map(
    (probe) => probe.takenSeconds - transportOf(transports, probe.clipSeconds),
  );
  return {
    clipsPerSecond: run.clipsPerSecond,
    count: answers.length,
    utilisation: run.clipsPerSecond * mean(busySeconds),
    slices,
    measured: latenciesOf(slices.flatMap(({ measured }) => measured)),
    simulated: latenciesOf(slices.flatMap(({ simulated }) => simulated)),
    measuredRefusals: answers.filter((answer) => !isAnswered(answer)).length,
    simulatedRefusals,
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

function transportOf(transports: readonly Transport[], length: number): number {
  return transports.find(({ clipSeconds }) => clipSeconds === length)?.seconds ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function isAnswered({ status }: Slice["answers"][number]): boolean {
  return status === 200;
}

function simulateSlice(
  { probes }: LoadRun,
  { arrivals }: Slice,
  transports: readonly Transport[],
  random: Random,
): DayResult {
  // As if the clients of each length were in a region of their own, which has its round trip.
  const regionOf = (length: number) =>
    transports.findIndex(({ clipSeconds }) => clipSeconds === length);
  const placed = arrivals.map((clip) => ({ ...clip, region: regionOf(clip.clipSeconds) }));
  const probeOf = new Map(placed.map((clip) => [clip, probeFor(probes, clip, random)]));
  const secondsOf = (clip: Arrival) => {
    const { takenSeconds = 0, computeSeconds = 0 } = probeOf.get(clip) ?? {};
    const prepare = takenSeconds - computeSeconds - transports[clip.region].seconds;
    return { prepare: Math.max(0, prepare), compute: computeSeconds };
  };
  const isolate = {
    ...ONE_WORKER,
    costs: {
      prepareSeconds: (clip: Arrival) => secondsOf(clip).prepare,
      computeSeconds: (clip: Arrival) => secondsOf(clip).compute,
      startSeconds: 0,
      coldBytes: 0,
      warmBytes: 0,
      coldReads: 0,
      warmReads: 0,
    },
    placeOfRegion: transports.map(() => 0),
    roundTripSeconds: transports.map(({ seconds }) => seconds),
    isolatesPerPlace: 1,
    consumersPerPlace: 0,
    isWarmedUp: true,
  };
  return simulate(placed, isolate, random);
}
