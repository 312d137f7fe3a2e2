import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { speechSegments } from "../../../src/model/heads/segments.ts";

/** Probabilities drawn as a line: `#` is 0.9 and `.` is 0.1. */
function drawn(line: string): number[] {
  return [...line].map((mark) => (mark === "#" ? 0.9 : 0.1));
}

function spans(line: string, minimumGapFrames = 1, minimumSegmentFrames = 1) {
  const rules = { threshold: 0.5, minimumGapFrames, minimumSegmentFrames };
  return speechSegments(drawn(line), rules).map(({ first, end }) => [first, end]);
}

describe("segments of speech", () => {
  test("are where probabilities reach the threshold", () => {
    expect(spans("..##..#")).toEqual([
      [2, 4],
      [6, 7],
    ]);
    expect(spans("")).toEqual([]);
    const [segment] = speechSegments([0.5], {
      threshold: 0.5,
      minimumGapFrames: 0,
      minimumSegmentFrames: 0,
    });
    expect(segment).toEqual({ first: 0, end: 1, probability: 0.5 });
  });

  test("bridge pauses that are too short, and no longer ones", () => {
    expect(spans("##..##...##", 3)).toEqual([
      [0, 6],
      [9, 11],
    ]);
  });

  test("are dropped if they are too short even so", () => {
    expect(spans("#..#....###", 3, 4)).toEqual([[0, 4]]);
  });

  test("have the mean probability of their frames, bridged ones included", () => {
    const rules = { threshold: 0.5, minimumGapFrames: 2, minimumSegmentFrames: 0 };
    const [segment] = speechSegments([0.9, 0.3, 0.6], rules);
    expect(segment?.probability).toBeCloseTo(0.6, 10);
  });

  test("are in order, apart and long enough, and hold every run that is long enough", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }),
        fc.nat(5),
        fc.nat(5),
        (probabilities, minimumGapFrames, minimumSegmentFrames) => {
          const rules = { threshold: 0.5, minimumGapFrames, minimumSegmentFrames };
          const segments = speechSegments(probabilities, rules);
          for (const [index, { first, end }] of segments.entries()) {
            expect(end - first).toBeGreaterThanOrEqual(Math.max(1, minimumSegmentFrames));
            expect(probabilities[first]).toBeGreaterThanOrEqual(0.5);
            expect(probabilities[end - 1]).toBeGreaterThanOrEqual(0.5);
            const before = segments[index - 1];
            if (before === undefined) continue;
            expect(first - before.end).toBeGreaterThanOrEqual(Math.max(1, minimumGapFrames));
          }
        },
      ),
    );
  });
});
