import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { clipProgress } from "../../../src/cli/clips/progress.ts";
import { reportProgress, reportStep } from "../../../src/cli/output/progress.ts";

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

describe("progress with many clips", () => {
  it("is one line on a terminal, gone at the end, with what is printed above it", async () => {
    const terminal = new FakeTerminal();
    const progress = clipProgress(2, terminal, terminal);
    progress.begin("one.wav");
    progress.advance(0);
    progress.print(['{"file":', "1}\n"]);
    progress.begin("other.wav");
    await drawn();
    progress.advance(1);
    progress.close();
    const screen = screenOf(terminal.written);
    expect(screen.history).toContainEqual(expect.stringMatching(/ 1\/2 \d+s left: other\.wav$/));
    expect(screen.lines).toEqual(['{"file":1}', ""]);
  });

  it("is cut at the end of the line, whatever clips are called", () => {
    const terminal = new FakeTerminal();
    const progress = clipProgress(2, terminal, terminal);
    progress.begin("long".repeat(100));
    progress.advance(0);
    progress.close();
    const lengths = screenOf(terminal.written).history.map(({ length }) => length);
    expect(Math.max(...lengths)).toBe(99);
  });

  it.each([
    { isTTY: false, total: 5 },
    { isTTY: true, total: 1 },
  ])("is nothing on $isTTY terminals for $total clips", ({ isTTY, total }) => {
    const terminal = Object.assign(new FakeTerminal(), { isTTY });
    const progress = clipProgress(total, terminal, terminal);
    progress.begin("one.wav");
    progress.print(["line\n"]);
    progress.advance(1);
    progress.close();
    expect(terminal.written).toBe("line\n");
  });
});

/** What a terminal shows of text in which the last line is gone back to and cleared, and every state of that line. */
function screenOf(written: string): { lines: string[]; history: string[] } {
  const lines = [""];
  const history: string[] = [];
  let column = 0;
  for (const token of written.split(TOKENS)) {
    const line = lines.pop() ?? "";
    if (token === "\n") lines.push(line, "");
    else if (token === CLEAR_LINE) lines.push("");
    else if (token === CLEAR_RIGHT) lines.push(line.slice(0, column));
    else if (token.startsWith(ESCAPE)) lines.push(line);
    else lines.push(line.slice(0, column) + token + line.slice(column + token.length));
    if (token === "\n" || token === START_OF_LINE) column = 0;
    else if (!token.startsWith(ESCAPE)) column += token.length;
    history.push(lines.at(-1) ?? "");
  }
  return { lines, history };
}

const ESCAPE = "\u001b";
const TOKENS = new RegExp(`(\\n|${ESCAPE}(?:\\[[?\\d;]*[A-Za-z]|[78]))`);
const CLEAR_LINE = `${ESCAPE}[2K`;
const CLEAR_RIGHT = `${ESCAPE}[0K`;
const START_OF_LINE = `${ESCAPE}[1G`;

/** Longer than between two drawings of the line. */
const drawn = () => new Promise((resolve) => setTimeout(resolve, 250));

async function failAfterOne(advance: () => void): Promise<never> {
  advance();
  throw new Error("no space");
}

class FakeTerminal extends Writable {
  readonly isTTY: boolean = true;
  readonly columns = 100;
  written = "";

  override _write(chunk: Buffer, _encoding: string, next: () => void): void {
    this.written += chunk.toString();
    next();
  }
}
