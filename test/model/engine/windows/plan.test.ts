import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planWindows, windowShape } from "../../../../src/model/engine/windows/plan.ts";

/** Clips and windows, each window at least twice its two contexts long. */
const cases = fc
  .record({
    frames: fc.integer({ min: 1, max: 5000 }),
    contextFrames: fc.integer({ min: 0, max: 100 }),
    extraFrames: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ frames, contextFrames, extraFrames }) => ({
    frames,
    shape: { contextFrames, windowFrames: 4 * contextFrames + extraFrames },
  }));

describe("windows of a clip", () => {
  it("keep every frame exactly once, in order", () => {
    fc.assert(
      fc.property(cases, ({ frames, shape }) => {
        let next = 0;
        for (const { keepFirst, keepCount } of planWindows(frames, shape)) {
          expect(keepFirst).toBe(next);
          expect(keepCount).toBeGreaterThan(0);
          next += keepCount;
        }
        expect(next).toBe(frames);
      }),
    );
  });

  it("lie inside the clip, are of one size, and hold what they keep", () => {
    fc.assert(
      fc.property(cases, ({ frames, shape }) => {
        for (const { first, count, keepFirst, keepCount } of planWindows(frames, shape)) {
          expect(count).toBe(Math.min(frames, shape.windowFrames));
          expect(first).toBeGreaterThanOrEqual(0);
          expect(first + count).toBeLessThanOrEqual(frames);
          expect(keepFirst).toBeGreaterThanOrEqual(first);
          expect(keepFirst + keepCount).toBeLessThanOrEqual(first + count);
        }
      }),
    );
  });

  it("give each kept frame its context on both sides, as far as the clip goes", () => {
    fc.assert(
      fc.property(cases, ({ frames, shape }) => {
        for (const { first, count, keepFirst, keepCount } of planWindows(frames, shape)) {
          const isBeginning = first === 0 && keepFirst === 0;
          const isEnd = first + count === frames && keepFirst + keepCount === frames;
          const before = keepFirst - first;
          const after = first + count - (keepFirst + keepCount);
          expect(isBeginning || before >= shape.contextFrames).toBe(true);
          expect(isEnd || after >= shape.contextFrames).toBe(true);
        }
      }),
    );
  });

  it("are one for a clip that fits", () => {
    expect(planWindows(400, windowShape(8))).toHaveLength(1);
    expect(planWindows(401, windowShape(8))).toHaveLength(2);
  });

  it("are never so short that they would be context alone", () => {
    const { windowFrames, contextFrames } = windowShape(0.1);
    expect(windowFrames).toBeGreaterThan(2 * contextFrames);
  });
});
