/** How a load run is compared with its simulation, on runs that are made up. */
import { describe, expect, test } from "vitest";
import { arrivalsOf, STEADY } from "../../bench/region/arrivals.ts";
import { compareRun, latenciesOf } from "../../bench/region/compare.ts";
import { intervalOf } from "../../bench/region/interval.ts";
import type { LoadRun } from "../../bench/region/load-run.ts";
import { seededRandom } from "../../bench/region/random.ts";
import { createStation } from "../../bench/region/station.ts";

const PREPARE_SECONDS = 0.1;
const COMPUTE_SECONDS = 0.4;
const TRANSPORT_SECONDS = 0.05;
const TRANSPORTS = [{ clipSeconds: 5, seconds: TRANSPORT_SECONDS }];
const SLICE_SECONDS = 100;
const MAX_WAITING = 8;

/** A run whose isolate does what a station does, with computing that takes `slowness` times what the probes say. */
function runOf(slowness: number): LoadRun {
  const lengths = [{ value: 5, weight: 1 }];
  const traffic = { ...STEADY, clipsPerSecond: 1.2, seconds: SLICE_SECONDS, lengths };
  const slices = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => {
    const station = createStation({ servers: 1, stages: 1, maxWaiting: MAX_WAITING });
    const stageSeconds = [COMPUTE_SECONDS * slowness];
    const arrivals = arrivalsOf(traffic, seededRandom(index)).map((arrival) => ({
      ...arrival,
      atSeconds: arrival.atSeconds + index * 2 * SLICE_SECONDS,
    }));
    const outcomes = arrivals.map(({ atSeconds }) =>
      station.handIn(atSeconds, { prepareSeconds: PREPARE_SECONDS, stageSeconds }),
    );
    const answers = outcomes.map((outcome, at) =>
      outcome.kind === "answered"
        ? {
            status: 200,
            takenSeconds: outcome.endSeconds - arrivals[at].atSeconds + TRANSPORT_SECONDS,
          }
        : { status: 503, takenSeconds: 0 },
    );
    return { arrivals, answers };
  });
  const probe = {
    clipSeconds: 5,
    takenSeconds: TRANSPORT_SECONDS + PREPARE_SECONDS + COMPUTE_SECONDS,
    computeSeconds: COMPUTE_SECONDS,
  };
  const probes = slices.map((_, index) => ({ ...probe, atSeconds: index * 2 * SLICE_SECONDS }));
  return { clipsPerSecond: 1.2, slices, probes };
}

describe("a load run", () => {
  test("whose isolate does what the simulation says has the same times", () => {
    const compared = compareRun(runOf(1), TRANSPORTS, 1);
    expect(compared.count).toBeGreaterThan(800);
    expect(compared.utilisation).toBeCloseTo(0.6);
    expect(compared.measuredRefusals).toBe(compared.simulatedRefusals);
    for (const name of ["p50", "p95", "p99"] as const) {
      expect(compared.simulated[name]).toBeCloseTo(compared.measured[name], 6);
    }
  });

  test("that is slower than its probes say is found to be so, beyond what chance can do", () => {
    const { slices } = compareRun(runOf(1.3), TRANSPORTS, 1);
    const [low, high] = intervalOf(slices, (times) => latenciesOf(times).p95, seededRandom(2));
    expect(low).toBeLessThan(high);
    expect(high).toBeLessThan(-0.1);
  });
});

test("chance is larger where slices differ more", () => {
  const sliceOf = (simulated: number) => ({ measured: [1], simulated: [simulated] });
  const widthOf = (all: readonly number[]) => {
    const [low, high] = intervalOf(all.map(sliceOf), ([first]) => first, seededRandom(3));
    return high - low;
  };
  expect(widthOf([1, 1, 1, 1])).toBe(0);
  expect(widthOf([0.9, 1, 1, 1.1])).toBeCloseTo(0.2);
});
