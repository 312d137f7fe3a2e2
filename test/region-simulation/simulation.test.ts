/** The simulation of bench/region against queueing theory, and against sums by hand. */
import { describe, expect, test } from "vitest";
import { arrivalsOf, STEADY } from "../../bench/region/arrivals.ts";
import { coldSeconds, type Deployment } from "../../bench/region/deployment.ts";
import { monthlyDollars } from "../../bench/region/money.ts";
import { probeFor } from "../../bench/region/probes.ts";
import { seededRandom } from "../../bench/region/random.ts";
import { withinRates } from "../../bench/region/rates.ts";
import { simulate } from "../../bench/region/simulate.ts";
import { createStation } from "../../bench/region/station.ts";

const SERVICE_SECONDS = 1;

/** One isolate that is warm for ever and takes a second for each clip. */
const STEADY_ISOLATE: Deployment = {
  name: "one isolate",
  costs: {
    prepareSeconds: () => 0,
    computeSeconds: () => SERVICE_SECONDS,
    startSeconds: 0,
    coldBytes: 0,
    warmBytes: 0,
    coldReads: 0,
    warmReads: 0,
  },
  reading: {
    cacheBytesPerSecond: 1e8,
    bucketBytesPerSecond: 1e7,
    requestSeconds: 0.02,
    cacheKeepSeconds: 3600,
  },
  placeOfRegion: [0],
  roundTripSeconds: [0],
  isolatesPerPlace: 1,
  consumersPerPlace: 0,
  stages: 1,
  hopSeconds: 0,
  threads: 1,
  maxWaiting: Number.POSITIVE_INFINITY,
  idleSeconds: Number.POSITIVE_INFINITY,
  patienceSeconds: Number.POSITIVE_INFINITY,
  isOverlapped: true,
  isWarmedUp: true,
};

function steadyTraffic(clipsPerSecond: number, seconds: number) {
  return { ...STEADY, clipsPerSecond, seconds, lengths: [{ value: 5, weight: 1 }] };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("a queue of constant service times", () => {
  test.each([0.3, 0.6, 0.8])("at load %d waits as Pollaczek and Khinchine say", (load) => {
    const arrivals = arrivalsOf(steadyTraffic(load, 200_000), seededRandom(1));
    const { latencySeconds } = simulate(arrivals, STEADY_ISOLATE, seededRandom(2));
    const waited = mean(latencySeconds) - SERVICE_SECONDS;
    const expected = (load * SERVICE_SECONDS) / (2 * (1 - load));
    expect(Math.abs(waited / expected - 1)).toBeLessThan(0.06);
  });
});

describe("a day", () => {
  const busy = {
    ...STEADY_ISOLATE,
    placeOfRegion: [0, 1],
    roundTripSeconds: [0.02, 0.03],
    consumersPerPlace: 1,
    maxWaiting: 3,
    idleSeconds: 20,
    patienceSeconds: 2.5,
    isWarmedUp: false,
  };
  const traffic = {
    ...steadyTraffic(1.5, 20_000),
    regions: [
      { share: 0.6, dayOffsetHours: 0 },
      { share: 0.4, dayOffsetHours: 8 },
    ],
    daySwing: 0.7,
    bursts: { perHour: 4, seconds: 60, times: 4 },
    jobShare: 0.1,
  };

  test("answers, refuses or loses each clip that arrives", () => {
    const arrivals = arrivalsOf(traffic, seededRandom(3));
    const day = simulate(arrivals, busy, seededRandom(4));
    const { latencySeconds, jobSeconds, refused, lost } = day;
    expect(refused).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(0);
    expect(jobSeconds.length).toBe(arrivals.filter(({ isJob }) => isJob).length);
    expect(latencySeconds.length + jobSeconds.length + refused + lost).toBe(arrivals.length);
  });

  test("is the same for the same seed, and another for another", () => {
    const dayOf = (seed: number) =>
      simulate(arrivalsOf(traffic, seededRandom(seed)), busy, seededRandom(seed + 1));
    expect(JSON.stringify(dayOf(5))).toBe(JSON.stringify(dayOf(5)));
    expect(JSON.stringify(dayOf(5))).not.toBe(JSON.stringify(dayOf(6)));
  });

  test("has as many clips as its mean rate says, bursts and nights included", () => {
    const day = { ...traffic, seconds: 86_400, clipsPerSecond: 1 };
    const count = arrivalsOf(day, seededRandom(7)).length;
    expect(Math.abs(count / 86_400 - 1)).toBeLessThan(0.05);
  });
});

describe("a station", () => {
  test("refuses a clip when as many wait as may", () => {
    const station = createStation({ servers: 1, stages: 1, maxWaiting: 1 });
    const kinds = [0, 0.1, 0.2, 1.1].map((at) => station.handIn(at, { stageSeconds: [1] }).kind);
    expect(kinds).toEqual(["answered", "answered", "refused", "answered"]);
  });

  test("takes the next clip once its first stage is free", () => {
    const station = createStation({ servers: 1, stages: 2, maxWaiting: 8 });
    const ends = [0, 0, 0].map(() => {
      const outcome = station.handIn(0, { stageSeconds: [1, 1] });
      return outcome.kind === "answered" ? outcome.endSeconds : Number.NaN;
    });
    expect(ends).toEqual([2, 3, 4]);
  });

  test("of two threads computes two clips at once", () => {
    const station = createStation({ servers: 2, stages: 1, maxWaiting: 8 });
    const ends = [0, 0, 0].map(() => {
      const outcome = station.handIn(0, { stageSeconds: [1] });
      return outcome.kind === "answered" ? outcome.endSeconds : Number.NaN;
    });
    expect(ends).toEqual([1, 1, 2]);
  });
});

describe("preparing a clip", () => {
  const clip = { prepareSeconds: 0.25, stageSeconds: [1] };

  test("delays the clips under way where one thread does everything", () => {
    const station = createStation({ servers: 1, stages: 1, maxWaiting: 8 });
    const outcomes = [0, 0.5, 4, 6].map((at) => station.handIn(at, clip));
    expect(outcomes).toMatchObject([
      { startSeconds: 0.25, endSeconds: 1.5 },
      { startSeconds: 1.5, endSeconds: 2.5 },
      { startSeconds: 4.25, endSeconds: 5.25 },
      { startSeconds: 6.25, endSeconds: 7.25 },
    ]);
    expect(station.idleSince()).toBe(7.25);
  });

  test("keeps those waiting for longer, and so lets fewer others wait", () => {
    const station = createStation({ servers: 1, stages: 1, maxWaiting: 1 });
    const kinds = [0, 0.5, 1.4, 1.5].map((at) => station.handIn(at, clip).kind);
    expect(kinds).toEqual(["answered", "answered", "refused", "refused"]);
  });

  test("delays nobody else where there are other threads", () => {
    const station = createStation({ servers: 2, stages: 1, maxWaiting: 8 });
    const outcomes = [0, 0.5].map((at) => station.handIn(at, clip));
    expect(outcomes).toMatchObject([{ endSeconds: 1.25 }, { endSeconds: 1.75 }]);
  });
});

describe("a cold isolate", () => {
  const costs = { ...STEADY_ISOLATE.costs, startSeconds: 0.1, coldBytes: 1e8, coldReads: 5 };
  const { reading } = STEADY_ISOLATE;

  test("takes the longer of reading and computing where they overlap, else both", () => {
    expect(coldSeconds({ costs, reading, isOverlapped: true }, 0.5, 5e7)).toBeCloseTo(2.2);
    expect(coldSeconds({ costs, reading, isOverlapped: false }, 0.5, 5e7)).toBeCloseTo(2.7);
  });

  test("is found by clips after a pause, and reads from the bucket once the cache has forgotten", () => {
    const at = (atSeconds: number) => ({
      atSeconds,
      clipSeconds: 5,
      region: 0,
      key: 0,
      isJob: false,
    });
    const deployment = { ...STEADY_ISOLATE, costs, idleSeconds: 60, isWarmedUp: false };
    const day = simulate([at(0), at(20), at(200), at(9000)], deployment, seededRandom(8));
    expect(day.coldStarts).toBe(3);
    expect(day.bucketReads).toBe(2);
    expect(day.readBytes).toBe(3e8);
  });
});

test("a month's money is the plan, and 30 days of clips and of processor time", () => {
  const prices = { perMonth: 5, perClip: 0.001, perComputedSecond: 0.01 };
  expect(monthlyDollars({ answered: 100, computedSeconds: 50 }, prices)).toBeCloseTo(23);
  expect(monthlyDollars({ answered: 0, computedSeconds: 0 }, prices, 3)).toBe(15);
});

test("a key that sends more than its rate has the rest refused, and no other key's", async () => {
  const at = (atSeconds: number, key: number) => {
    return { atSeconds, key, clipSeconds: 5, region: 0, isJob: false };
  };
  // A minute's requests at once, then one each second.
  const arrivals = [0, 0, 0, 1, 2].map((seconds) => at(seconds, 1)).concat(at(2, 2));
  const taken = await withinRates(arrivals, 2);
  expect(taken).toEqual([at(0, 1), at(0, 1), at(2, 2)]);
  expect(await withinRates([...arrivals, at(32, 1)], 2)).toHaveLength(4);
});

describe("a probe for a clip", () => {
  const probe = (atSeconds: number, clipSeconds = 5) => {
    return { atSeconds, clipSeconds, takenSeconds: atSeconds / 100, computeSeconds: 0 };
  };
  const probes = [0, 1, 10, 11, 20, 21].map((at) => probe(at)).concat(probe(5, 10));

  test("is one of the four of its length that are nearest in time", () => {
    const random = seededRandom(9);
    const chosen = Array.from({ length: 100 }, () =>
      probeFor(probes, { atSeconds: 6, clipSeconds: 5 }, random),
    );
    expect(new Set(chosen.map(({ atSeconds }) => atSeconds))).toEqual(new Set([0, 1, 10, 11]));
  });

  test("has to be of its length", () => {
    const clip = { atSeconds: 6, clipSeconds: 20 };
    expect(() => probeFor(probes, clip, seededRandom(9))).toThrow("20 s");
  });
});
