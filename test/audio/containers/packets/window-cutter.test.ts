import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { windowCutter } from "../../../../src/audio/containers/packets/window-cutter.ts";
import { WHOLE } from "../../../../src/audio/containers/tracks/track.ts";

/** A hertz makes seconds and samples the same. */
const HZ = 1;
const PACKET = { bytes: new Uint8Array(), discardSeconds: 0 };

const ramp = (from: number, count: number) => ({
  channels: [Float32Array.from({ length: count }, (_, index) => from + index)],
});
const heardOf = (blocks: readonly { readonly channels: readonly Float32Array[] }[]) =>
  blocks.flatMap(({ channels }) => [...(channels[0] as Float32Array)]);

describe("what is heard of a track", () => {
  test("is what lies in its windows, however its samples are cut into blocks", () => {
    const windows = fc
      .uniqueArray(fc.nat({ max: 60 }), { minLength: 2, maxLength: 8 })
      .map((edges) => edges.toSorted((a, b) => a - b))
      .map((edges) =>
        Array.from({ length: edges.length >> 1 }, (_, index) => ({
          startSeconds: edges[2 * index] as number,
          endSeconds: edges[2 * index + 1] as number,
        })),
      );
    fc.assert(
      fc.property(windows, fc.array(fc.integer({ min: 1, max: 20 })), (inWindows, sizes) => {
        const cutter = windowCutter(inWindows);
        const heard: number[] = [];
        let position = 0;
        for (const size of sizes) {
          const wasOver = cutter.isOver;
          const parts = heardOf(cutter.cut(ramp(position, size), HZ, PACKET));
          if (wasOver) expect(parts).toEqual([]);
          heard.push(...parts);
          position += size;
        }
        const expected = Array.from({ length: position }, (_, index) => index).filter((index) =>
          inWindows.some(
            ({ startSeconds, endSeconds }) => index >= startSeconds && index < endSeconds,
          ),
        );
        expect(heard).toEqual(expected);
      }),
    );
  });

  test("keeps its place in seconds where the rate changes", () => {
    const cutter = windowCutter([{ startSeconds: 2, endSeconds: 5 }]);
    expect(heardOf(cutter.cut(ramp(0, 3), 1, PACKET))).toEqual([2]);
    expect(heardOf(cutter.cut(ramp(6, 6), 2, PACKET))).toEqual([6, 7, 8, 9]);
  });

  test("lacks what a packet discards of its end, and what goes beyond its length", () => {
    const cutter = windowCutter(WHOLE);
    const parts = [
      cutter.cut(ramp(0, 4), HZ, { ...PACKET, discardSeconds: 1 }),
      cutter.cut(ramp(4, 4), HZ, { ...PACKET, longestSeconds: 2 }),
      cutter.cut(ramp(8, 4), HZ, { ...PACKET, discardSeconds: 9 }),
      cutter.cut(ramp(12, 2), HZ, { ...PACKET, longestSeconds: 9 }),
    ];
    expect(heardOf(parts.flat())).toEqual([0, 1, 2, 4, 5, 12, 13]);
  });

  test("begins later by samples that were never decoded", () => {
    const cutter = windowCutter([{ startSeconds: 3, endSeconds: 5 }]);
    cutter.skip(2);
    expect(heardOf(cutter.cut(ramp(2, 10), HZ, PACKET))).toEqual([3, 4]);
    expect(cutter.isOver).toBe(true);
  });
});
