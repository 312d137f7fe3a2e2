import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printFloat32 } from "../../src/formats/float32-decimal.ts";

const anyFloat32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const hiddenStateLike = fc.float({ min: -64, max: 64, noNaN: true });

function significantDigits(decimal: string): number {
  const digits = decimal.replace(/e.*/, "").replace(/[-.]/g, "").replace(/^0+/, "");
  return decimal.includes(".") ? digits.length : digits.replace(/0+$/, "").length;
}

function fewestDigitsThatRoundTrip(value: number): number {
  return (
    [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
      (digits) => Math.fround(Number(value.toPrecision(digits))) === value,
    ) ?? 17
  );
}

describe("printFloat32", () => {
  test.each([
    [0, "0"],
    [-0, "-0"],
    [0.5, "0.5"],
    [Math.fround(0.1), "0.1"],
    [Math.fround(-1 / 3), "-0.33333334"],
    [16777216, "16777216"],
    [8589973504, "8589974000"],
    [Math.fround(3.4028235e38), "3.4028235e+38"],
    [2 ** -149, "1e-45"],
  ])("prints %f as %s", (value, expected) => {
    expect(printFloat32(value)).toBe(expected);
  });

  test.each([
    ["any float32", anyFloat32],
    ["values of a hidden state's size", hiddenStateLike],
  ])("parses back to the same float32, in the fewest digits: %s", (_, floats) => {
    fc.assert(
      fc.property(floats, (value) => {
        const printed = printFloat32(value);
        expect(Object.is(Math.fround(JSON.parse(printed)), value)).toBe(true);
        if (value !== 0) expect(significantDigits(printed)).toBe(fewestDigitsThatRoundTrip(value));
      }),
      { numRuns: 3000 },
    );
  });

  test("stays valid JSON where JSON has no number", () => {
    expect(JSON.parse(printFloat32(Infinity))).toBe(Infinity);
    expect(JSON.parse(printFloat32(-Infinity))).toBe(-Infinity);
    expect(JSON.parse(printFloat32(Number.NaN))).toBeNull();
  });
});
