import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextAttemptAt, readRetryAfter } from "../../src/webhooks/schedule.ts";

const HOUR_MS = 3_600_000;
const ENDED = { endedAtMs: 1_700_000_000_000, retryAfterMs: null };
const delayAfter = (attempts: number, random = 0, retryAfterMs: number | null = null) => {
  const nextAtMs = nextAttemptAt({ ...ENDED, attempts, retryAfterMs }, random);
  return nextAtMs === null ? null : nextAtMs - ENDED.endedAtMs;
};

describe("nextAttemptAt", () => {
  it.each([
    [1, 5_000],
    [2, 5 * 60_000],
    [3, 30 * 60_000],
    [4, 2 * HOUR_MS],
    [5, 5 * HOUR_MS],
    [6, 10 * HOUR_MS],
    [7, 14 * HOUR_MS],
    [8, 20 * HOUR_MS],
    [9, 24 * HOUR_MS],
    [10, null],
    [11, null],
  ])("waits after attempt %i for %s ms", (attempts, delayMs) => {
    expect(delayAfter(attempts)).toBe(delayMs);
  });

  it("adds up to a fifth or five seconds at random, and never takes away", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const least = delayAfter(attempts) as number;
          const delayMs = delayAfter(attempts, random) as number;
          expect(delayMs).toBeGreaterThanOrEqual(least);
          expect(delayMs).toBeLessThanOrEqual(Math.max(1.2 * least, least + 5000));
        },
      ),
    );
    expect(delayAfter(1, 0.5)).toBe(7_500);
    expect(delayAfter(2, 0.5)).toBe(330_000);
  });

  it("spreads the first retries over five seconds also where a queue rounds up to whole ones", () => {
    const seconds = Array.from({ length: 1000 }, (_, index) =>
      Math.ceil((delayAfter(1, index / 1000) as number) / 1000),
    );
    for (const second of [6, 7, 8, 9, 10]) {
      expect(seconds.filter((other) => other === second).length).toBeGreaterThan(150);
    }
  });

  it("waits as long as the receiver asks, where that is longer", () => {
    expect(delayAfter(1, 0, 60_000)).toBe(60_000);
    expect(delayAfter(2, 0, 60_000)).toBe(300_000);
  });

  it("waits a day at most, whatever the receiver asks", () => {
    expect(delayAfter(1, 0, 1e12)).toBe(24 * HOUR_MS);
  });

  it("gives up after the last attempt, whatever the receiver asks", () => {
    expect(delayAfter(10, 0, 60_000)).toBeNull();
  });
});

describe("readRetryAfter", () => {
  const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

  it.each([
    ["120", 120_000],
    [" 0 ", 0],
    ["Sun, 06 Nov 1994 08:50:37 GMT", 60_000],
    ["Sunday, 06-Nov-94 08:50:37 GMT", 60_000],
    ["Sun, 06 Nov 1994 08:48:37 GMT", 0],
  ])("reads '%s'", (header, ms) => {
    expect(readRetryAfter(header, NOW_MS)).toBe(ms);
  });

  it.each([null, "", "soon", "-5", "1.5", "1e3", "12 monkeys", "Soon, 99 Foo"])(
    "makes nothing of %s",
    (header) => {
      expect(readRetryAfter(header, NOW_MS)).toBeNull();
    },
  );
});
