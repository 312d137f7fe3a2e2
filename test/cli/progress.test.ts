import { describe, expect, it } from "vitest";
import { reportProgress } from "../../src/cli/progress.ts";

function linesOf(run: (report: ReturnType<typeof reportProgress>) => void): string[] {
  const written: string[] = [];
  run(reportProgress({ write: (text: string | Uint8Array) => written.push(String(text)) > 0 }));
  return written.join("").split("\n").slice(0, -1);
}

describe("progress away from a terminal", () => {
  it("is plain lines: the start, the quarters and the end", () => {
    const lines = linesOf((report) => {
      report.start("Building", 8);
      for (let unit = 0; unit < 8; unit++) report.advance();
      report.done();
    });
    expect(lines.slice(0, -1)).toEqual([
      "Building: 0/8",
      "Building: 2/8",
      "Building: 4/8",
      "Building: 6/8",
    ]);
    expect(lines.at(-1)).toMatch(/^Building: 8\/8, done in \d+\.\d s$/);
  });

  it("counts several units at once and starts over with each step", () => {
    const lines = linesOf((report) => {
      report.start("Reading", 100);
      report.advance(60);
      report.done();
      report.start("Writing", 2);
      report.done();
    });
    expect(lines.filter((line) => !line.includes("done"))).toEqual([
      "Reading: 0/100",
      "Reading: 60/100",
      "Writing: 0/2",
    ]);
  });
});
