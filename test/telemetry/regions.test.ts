import fc from "fast-check";
import { expect, test } from "vitest";
import { recentRequests } from "../../src/telemetry/regions/recent.ts";
import type { AnsweredRegionally } from "../../src/telemetry/regions/regions.ts";

const MINUTE_MS = 60_000;
const CLIP: AnsweredRegionally = {
  ...{ colo: null, durationMs: 100, isOfClip: true, isCold: false, isError: false },
};

/** A log by a clock that the test moves. */
function logAt(startMs: number) {
  const clock = { nowMs: startMs };
  return { clock, log: recentRequests("eu-west", () => clock.nowMs) };
}

test("percentiles of clips are right to 3 per cent, whatever came", async () => {
  const durations = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(durations, async (values) => {
      const { log } = logAt(0);
      for (const durationMs of values) log.note({ ...CLIP, durationMs });
      const [summary] = await log.read();
      const sorted = values.toSorted((a, b) => a - b);
      for (const [share, found] of [
        [0.5, summary?.p50Ms],
        [0.95, summary?.p95Ms],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(Math.abs((found ?? 0) / exact - 1)).toBeLessThan(0.03);
      }
    }),
  );
});

test("requests are counted, and what is no clip has no duration", async () => {
  const { log } = logAt(1e12);
  expect(await log.read()).toEqual([]);
  log.note({ ...CLIP, isOfClip: false, isCold: true });
  const counted = { region: "eu-west", colo: null, requests: 1, coldStarts: 1, errors: 0 };
  expect(await log.read()).toEqual([{ ...counted, clips: 0, p50Ms: null, p95Ms: null }]);
  log.note({ ...CLIP, isError: true });
  expect(await log.read()).toMatchObject([{ requests: 2, clips: 1, errors: 1 }]);
});

test("what is older than an hour is forgotten, after a pause of any length", async () => {
  for (const pauseMinutes of [61, 62, 121, 122, 10_000]) {
    const { clock, log } = logAt(1e12);
    log.note(CLIP);
    clock.nowMs += 59 * MINUTE_MS;
    expect(await log.read()).toHaveLength(1);
    clock.nowMs = 1e12 + pauseMinutes * MINUTE_MS;
    expect(await log.read()).toEqual([]);
    log.note(CLIP);
    expect(await log.read()).toMatchObject([{ clips: 1 }]);
  }
});
