import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packetsOfBlock } from "../../../../src/audio/containers/matroska/lacing.ts";
import type { UndertoneError } from "../../../../src/errors.ts";
import { joined, unsigned } from "../../../../support/clips/bytes.ts";

const HEAD = [0, 0];
const XIPH = 0x02;
const FIXED = 0x04;
const EBML = 0x06;

const packets = fc.array(fc.uint8Array({ maxLength: 700 }), { minLength: 1, maxLength: 20 });

/** Sizes as bytes of 255 and a rest. */
function xiphSize(size: number): number[] {
  return [...new Array(Math.floor(size / 255)).fill(255), size % 255];
}

/** A size of `bytes` bytes whose first bits say how many they are. */
function ebmlNumber(value: number, bytes: number): Uint8Array {
  const field = unsigned(value, bytes);
  field[0] = (field[0] as number) | (0x80 >> (bytes - 1));
  return field;
}

describe("packets that were laced are told apart", () => {
  test("by Xiph's sizes", () => {
    fc.assert(
      fc.property(packets, (laced) => {
        const sizes = laced.slice(0, -1).flatMap(({ length }) => xiphSize(length));
        const block = joined(HEAD, [XIPH, laced.length - 1], sizes, ...laced);
        expect(packetsOfBlock(block)).toEqual(laced);
      }),
    );
  });

  test("by EBML's sizes, the first as it is and the others by their difference", () => {
    fc.assert(
      fc.property(packets, fc.integer({ min: 2, max: 7 }), (laced, bytes) => {
        const lengths = laced.slice(0, -1).map(({ length }) => length);
        const offset = 2 ** (7 * bytes - 1) - 1;
        const sizes = lengths.map((length, index) =>
          ebmlNumber(index === 0 ? length : length - (lengths[index - 1] ?? 0) + offset, bytes),
        );
        const block = joined(HEAD, [EBML, laced.length - 1], ...sizes, ...laced);
        expect(packetsOfBlock(block)).toEqual(laced);
      }),
    );
  });

  test("by their number, if all are of one size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.nat({ max: 20 }), (count, size) => {
        const laced = Array.from({ length: count }, (_, index) => new Uint8Array(size).fill(index));
        const block = joined(HEAD, [FIXED, count - 1], ...laced);
        expect(packetsOfBlock(block)).toEqual(laced);
      }),
    );
  });
});

test("any bytes are packets within them or damage", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (block) => {
      try {
        const bytes = packetsOfBlock(block).reduce((sum, { length }) => sum + length, 0);
        expect(bytes).toBeLessThanOrEqual(block.length);
      } catch (error) {
        expect((error as UndertoneError).slug).toBe("clip-damaged");
      }
    }),
    { numRuns: 2_000 },
  );
});
