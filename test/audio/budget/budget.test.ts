import { describe, expect, test } from "vitest";
import { createDecodeBudget, type DecodeBudget } from "../../../src/audio/budget/budget.ts";
import { createPace } from "../../../src/audio/budget/pace.ts";
import { byteSource, portionOf } from "../../../src/audio/bytes/source.ts";

const COSTLY = expect.objectContaining({ slug: "clip-too-costly" });
const SECOND = { channels: [new Float32Array(16_000)] };

/** How many steps are allowed before the refusal; null if none comes within a million. */
function stepsAllowed(budget: DecodeBudget): number | null {
  for (let steps = 0; steps < 1_000_000; steps++) {
    try {
      budget.elements(1);
    } catch (error) {
      expect(error).toEqual(COSTLY);
      return steps;
    }
  }
  return null;
}

describe("steps without sound are bounded", () => {
  test("by a constant, one for 16 bytes, and 20,000 for a second of sound", async () => {
    expect(stepsAllowed(createDecodeBudget())).toBe(50_000);
    const withBytes = createDecodeBudget();
    withBytes.take(160_000);
    expect(stepsAllowed(withBytes)).toBe(60_000);
    const withSound = createDecodeBudget();
    await withSound.block(SECOND, 16_000);
    expect(stepsAllowed(withSound)).toBe(70_000);
  });

  test("by bytes that were taken, not by those that have arrived", async () => {
    const source = byteSource([new Uint8Array(2_000_000)], createDecodeBudget());
    await source.peek(1);
    expect(stepsAllowed(source.budget)).toBeLessThanOrEqual(50_000);
  });

  test("each call of a source is one, of a portion of it too, and long looks are more", async () => {
    const source = portionOf(byteSource([new Uint8Array(100)], createDecodeBudget()));
    const passing = async () => {
      for (;;) await source.skip(0);
    };
    await expect(passing()).rejects.toEqual(COSTLY);
    const looking = byteSource([new Uint8Array(65_536)], createDecodeBudget());
    let looks = 0;
    const look = async () => {
      for (; ; looks++) await looking.peek(65_536);
    };
    await expect(look()).rejects.toEqual(COSTLY);
    expect(looks).toBe(Math.floor(50_000 / 33));
  });
});

test("decoded samples are bounded by bytes", async () => {
  const budget = createDecodeBudget();
  const block = { channels: Array.from({ length: 8 }, () => new Float32Array(2 ** 17)) };
  const decoding = async () => {
    for (let blocks = 0; ; blocks++) {
      if (blocks === 40) return;
      await budget.block(block, 384_000);
    }
  };
  await expect(decoding()).rejects.toEqual(COSTLY);
  budget.take(8 * 2 ** 20);
  await budget.block(block, 384_000);
});

test("processor time is bounded where the clock advances, waiting left out", async () => {
  let nowMs = 0;
  const clock = () => nowMs;
  const waiting = createDecodeBudget(createPace(undefined, undefined, clock));
  for (let times = 0; times < 100; times++) {
    const minute = Promise.resolve().then(() => {
      nowMs += 60_000;
    });
    await waiting.pace.wait(minute);
    await waiting.step(65_536);
  }
  const working = createDecodeBudget(createPace(undefined, undefined, clock));
  const work = async () => {
    for (let times = 0; times < 40; times++) {
      nowMs += 100;
      await working.step(65_536);
    }
  };
  await expect(work()).rejects.toEqual(COSTLY);
});
