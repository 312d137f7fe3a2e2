import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRange } from "../../../src/http/request/byte-range.ts";

describe("a Range header", () => {
  // RFC 9110, section 14.1.2, has these examples for 10 000 bytes.
  it.each([
    ["bytes=0-499", { first: 0, last: 499 }],
    ["bytes=500-999", { first: 500, last: 999 }],
    ["bytes=-500", { first: 9_500, last: 9_999 }],
    ["bytes=9500-", { first: 9_500, last: 9_999 }],
    ["bytes=9900-20000", { first: 9_900, last: 9_999 }],
    ["bytes=10000-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=0-0,-1", null],
    ["bytes=5-2", null],
    ["lines=1-2", null],
    [undefined, null],
  ])("%s of 10 000 bytes", (header, expected) => {
    expect(parseRange(header, 10_000)).toEqual(expected);
  });

  it("never names a byte that is not there", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(1_000), (text, a, b, length) => {
        for (const header of [text, `bytes=${text}`, `bytes=${a}-${b}`, `bytes=-${a}`]) {
          const range = parseRange(header, length);
          if (range === null || range === "unsatisfiable") continue;
          expect(0 <= range.first && range.first <= range.last && range.last < length).toBe(true);
        }
      }),
    );
  });
});
