import { describe, expect, it } from "vitest";
import { resultTable } from "../../bench/document.ts";
import { type Results, withFindings } from "../../bench/results.ts";
import { ROWS, verdictOf } from "../../bench/rows.ts";
import { markdownTable } from "../../bench/table.ts";

const machine = {
  processor: "a processor",
  logicalProcessors: 1,
  system: "an os",
  node: "1",
  workerd: "2",
  onnxruntimeWeb: "3",
};
const nothing: Results = { machine, models: { base: "b", large: "l" }, rows: [], charts: {} };

describe("a verdict", () => {
  it.each([
    [{ atMost: 0.6 }, 0.6, "pass"],
    [{ atMost: 0.6 }, 0.601, "miss"],
    [{ atMost: 0.6 }, Number.NaN, "miss"],
    [{ atLeast: 0.995 }, 0.995, "pass"],
    [{ atLeast: 0.995 }, 0.9949, "miss"],
    [null, 5, "–"],
  ] as const)("with the target %j on %d is %s", (target, value, verdict) => {
    expect(verdictOf(target, value)).toBe(verdict);
  });
});

describe("results", () => {
  const before = withFindings(nothing, [
    { row: "q8-error", measured: { value: 0.5 } },
    { row: "time", measured: { value: 0.7 }, baseline: { value: 1 } },
  ]);

  it("keep the order of the promises", () => {
    expect(before.rows.map(({ id }) => id)).toEqual(["time", "q8-error"]);
    expect(ROWS.findIndex(({ id }) => id === "time")).toBe(0);
  });

  it("keep the rows that were not measured again", () => {
    const after = withFindings(before, [{ row: "time", measured: { value: 0.5 } }]);
    expect(after.rows.map(({ id, measured }) => [id, measured.value])).toEqual([
      ["time", 0.5],
      ["q8-error", 0.5],
    ]);
    expect(after.rows[0].baseline).toBeNull();
  });

  it("are told with target, figure, what it was made of, baseline and verdict", () => {
    const results = withFindings(nothing, [
      {
        row: "memory-10s",
        measured: { value: 99.94, detail: "heap 90.0, buffers 9.9" },
        baseline: { value: 326 },
      },
    ]);
    const cells = resultTable(results)
      .split("\n")[2]
      .split("|")
      .map((cell) => cell.trim());
    expect(cells.slice(2, 6)).toEqual([
      "≤ 80 MB",
      "99.9 MB (heap 90.0, buffers 9.9)",
      "326.0 MB",
      "miss",
    ]);
  });
});

it("a table's columns line up", () => {
  const lines = markdownTable(["a", "long header"], [["wide cell", "b"]]).split("\n");
  expect(lines).toEqual([
    "| a         | long header |",
    "| --------- | ----------- |",
    "| wide cell | b           |",
  ]);
});
