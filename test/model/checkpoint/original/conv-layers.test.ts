import { describe, expect, it } from "vitest";
import { parseConvLayers } from "../../../../src/model/checkpoint/original/conv-layers.ts";

describe("parseConvLayers", () => {
  it.each([
    [
      "[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2",
      [[512, 10, 5], ...Array(4).fill([512, 3, 2]), ...Array(2).fill([512, 2, 2])],
    ],
    [
      "[(32, 10, 5), (32, 3, 2)]",
      [
        [32, 10, 5],
        [32, 3, 2],
      ],
    ],
    ["[(1,2,3),]*2", Array(2).fill([1, 2, 3])],
  ])("reads %s", (expression, layers) => {
    expect(parseConvLayers(expression)).toEqual(layers);
  });

  it.each([
    "",
    "[]",
    "[(512,10,5)",
    "[(512,10)]",
    "[(512,10,5)] * 0",
    "[(512,10,5)] * 99",
    "__import__('os').system('true')",
    "[(512,10,5)] + __import__('os')",
    "[(-1,10,5)]",
  ])("refuses %j", (expression) => {
    expect(() => parseConvLayers(expression)).toThrow(
      expect.objectContaining({ slug: "checkpoint-unsupported" }),
    );
  });
});
