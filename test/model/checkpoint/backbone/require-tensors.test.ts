import { describe, expect, it } from "vitest";
import { requireTensors } from "../../../../src/model/checkpoint/backbone/require-tensors.ts";

const expected = new Map([
  ["a", [2, 3]],
  ["b", [4]],
  ["c", []],
]);

describe("requireTensors", () => {
  it("passes what fits, in any order", () => {
    expect(() => requireTensors(new Map([...expected].reverse()), expected)).not.toThrow();
  });

  it("lists what is missing, extra and misshapen in one error", () => {
    const found = new Map([
      ["a", [3, 2]],
      ["c", []],
      ["d", [1]],
    ]);
    expect(() => requireTensors(found, expected)).toThrow(
      expect.objectContaining({
        slug: "checkpoint-invalid",
        message: expect.stringContaining(
          "1 missing (b); 1 extra (d); 1 misshapen (a is [3,2], not [2,3])",
        ),
        extensions: {
          missing: ["b"],
          extra: ["d"],
          misshapen: [{ name: "a", expected: [2, 3], found: [3, 2] }],
        },
      }),
    );
  });

  it("tells a scalar from a vector of one", () => {
    expect(() => requireTensors(new Map([...expected, ["c", [1]]]), expected)).toThrow(
      /1 misshapen/,
    );
  });

  it("keeps the sentence short and the extensions whole", () => {
    const extra = Array.from({ length: 500 }, (_, index) => `extra.${index}`);
    const found = new Map([...expected, ...extra.map((name): [string, number[]] => [name, [1]])]);
    expect(() => requireTensors(found, expected)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("extra.7, and 492 more"),
        extensions: { missing: [], extra, misshapen: [] },
      }),
    );
  });
});
