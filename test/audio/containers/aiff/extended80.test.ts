import { expect, test } from "vitest";
import { extended80 } from "../../../../src/audio/containers/aiff/extended80.ts";

/** Ten bytes, as hexadecimal: two of sign and exponent, eight of significand. */
function read(exponent: string, significand: string): number {
  return extended80(Uint8Array.from(Buffer.from(exponent + significand.padEnd(16, "0"), "hex")));
}

test.each([
  ["400e", "ac44", 44_100],
  ["400b", "fa", 8_000],
  ["400d", "addd1745d1745d17", 22_254.5454545454],
  ["3fff", "80", 1],
  ["bfff", "c0", -1.5],
  ["0000", "00", 0],
  ["8000", "00", 0],
  ["0000", "0000000000000001", 0],
  ["7fff", "80", Infinity],
  ["ffff", "80", -Infinity],
])("%s %s stands for %d", (exponent, significand, value) => {
  expect(read(exponent, significand) + 0).toBeCloseTo(value, 6);
});
