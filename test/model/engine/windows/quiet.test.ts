import { describe, expect, it } from "vitest";
import { planWindows } from "../../../../src/model/engine/windows/plan.ts";
import {
  extentOf,
  frameOfRow,
  framesBetween,
  heardWindows,
} from "../../../../src/model/engine/windows/quiet.ts";

/** Windows that keep frames 0–299, 300–499, 500–699 … and see 100 more on both sides. */
const WINDOWS = planWindows(900, { windowFrames: 400, contextFrames: 100 });

/** 901 frames, of which these are heard. */
function heardAt(...frames: readonly number[]): Uint8Array {
  const quiet = new Uint8Array(901).fill(1);
  for (const frame of frames) quiet[frame] = 0;
  return quiet;
}

const keptFirst = (quiet: Uint8Array | undefined) =>
  heardWindows(WINDOWS, quiet).map(({ keepFirst }) => keepFirst);

describe("windows with something to hear", () => {
  it("are all where nothing is known to be quiet", () => {
    expect(keptFirst(undefined)).toEqual([0, 300, 500, 700]);
  });

  it("have it among their frames, their context, or the samples that their last frame sees", () => {
    expect(keptFirst(heardAt(50))).toEqual([0]);
    expect(keptFirst(heardAt(350))).toEqual([0, 300]);
    expect(keptFirst(heardAt(400))).toEqual([0, 300, 500]);
    expect(keptFirst(heardAt(900))).toEqual([700]);
    expect(keptFirst(heardAt())).toEqual([]);
  });
});

describe("what is left out", () => {
  it("are the frames that no window keeps", () => {
    expect(extentOf(WINDOWS, 900)).toEqual({ windowFrames: [300, 200, 200, 200], silent: [] });
    const [first, , third] = WINDOWS;
    expect(extentOf([first, third] as typeof WINDOWS, 900)).toEqual({
      windowFrames: [300, 200],
      silent: [
        { firstFrame: 300, frames: 200 },
        { firstFrame: 700, frames: 200 },
      ],
    });
    expect(extentOf([], 900)).toEqual({
      windowFrames: [],
      silent: [{ firstFrame: 0, frames: 900 }],
    });
    expect(framesBetween([third] as typeof WINDOWS, { first: 300, end: 700 })).toEqual([
      { firstFrame: 0, frames: 200 },
    ]);
  });

  it("is counted where rows are numbered", () => {
    const silent = [
      { firstFrame: 0, frames: 10 },
      { firstFrame: 12, frames: 5 },
    ];
    expect([0, 1, 2, 3].map((row) => frameOfRow(silent, row))).toEqual([10, 11, 17, 18]);
    expect(frameOfRow([], 3)).toBe(3);
  });
});
