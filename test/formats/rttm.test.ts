import { expect, test } from "vitest";
import { rttm } from "../../src/formats/rttm.ts";

test("RTTM has ten fields a line, times to the millisecond, and no spaces within names", () => {
  const segments = [
    { speaker: "Ada Lovelace", start: 0.02, end: 1.5 },
    { speaker: "b", start: 12.3456, end: 13 },
  ];
  expect(rttm(segments, "call of monday")).toBe(
    "SPEAKER call_of_monday 1 0.020 1.480 <NA> <NA> Ada_Lovelace <NA> <NA>\n" +
      "SPEAKER call_of_monday 1 12.346 0.654 <NA> <NA> b <NA> <NA>\n",
  );
  expect(rttm([], "silence")).toBe("");
});
