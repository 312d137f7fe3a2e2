import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { reportProgress, reportStep } from "../../src/cli/progress.ts";

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
      report.advance(40);
      report.done();
      report.start("Writing", 2);
      report.advance(2);
      report.done();
    });
    expect(lines.filter((line) => !line.includes("done"))).toEqual([
      "Reading: 0/100",
      "Reading: 60/100",
      "Writing: 0/2",
    ]);
  });

  it("says how far a step came that failed", async () => {
    const written: string[] = [];
    const report = reportProgress({ write: (text) => written.push(String(text)) > 0 });
    await expect(reportStep(report, "Building", 8, failAfterOne)).rejects.toThrow("no space");
    expect(written.at(-1)).toMatch(/^Building: 1\/8, stopped after \d+\.\d s\n$/);
  });
});

describe("progress on a terminal", () => {
  it("ends its line when a step fails, and draws no more", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout");
    const before = timers().length;
    const terminal = new FakeTerminal();
    const report = reportProgress(terminal);
    await expect(reportStep(report, "Building", 8, failAfterOne)).rejects.toThrow("no space");
    expect(terminal.written).toMatch(/Building .* 1\/8 .*\n$/);
    expect(timers()).toHaveLength(before);
  });
});

async function failAfterOne(advance: () => void): Promise<never> {
  advance();
  throw new Error("no space");
}

class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 100;
  written = "";

  override _write(chunk: Buffer, _encoding: string, next: () => void): void {
    this.written += chunk.toString();
    next();
  }
}
