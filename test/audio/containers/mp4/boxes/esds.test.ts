import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readStreamDescriptor } from "../../../../../src/audio/containers/mp4/boxes/esds.ts";

const VERSION = [0, 0, 0, 0];
const SET_UP = [0x12, 0x10];
const DECODER = [0x04, 17, 0x40, ...new Array(12).fill(0), 0x05, 2, ...SET_UP];

describe("elementary stream descriptors", () => {
  test.each([
    ["without options", [0x03, 22, 0, 1, 0x00, ...DECODER]],
    ["with sizes of four bytes", [0x03, 0x80, 0x80, 0x80, 22, 0, 1, 0x00, ...DECODER]],
    ["that depend on another stream", [0x03, 24, 0, 1, 0x80, 0, 2, ...DECODER]],
    ["with an address", [0x03, 25, 0, 1, 0x40, 2, 0x61, 0x62, ...DECODER]],
    ["with a clock of another stream", [0x03, 24, 0, 1, 0x20, 0, 3, ...DECODER]],
    ["with all of them", [0x03, 29, 0, 1, 0xe0, 0, 2, 2, 0x61, 0x62, 0, 3, ...DECODER]],
    ["behind a descriptor of another kind", [0x0e, 3, 1, 2, 3, 0x03, 22, 0, 1, 0, ...DECODER]],
  ])("%s name AAC and its set-up data", (_, descriptor) => {
    expect(readStreamDescriptor(Uint8Array.from([...VERSION, ...descriptor]))).toEqual({
      objectType: 0x40,
      setUp: Uint8Array.from(SET_UP),
    });
  });

  test("of any bytes end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (esds) => {
        const { setUp } = readStreamDescriptor(esds);
        expect(setUp?.length ?? 0).toBeLessThanOrEqual(esds.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
