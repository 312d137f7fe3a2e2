import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-reporter-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs a test file of its own through Vitest and this repository's reporter. */
async function run(source: string, environment: Record<string, string> = {}) {
  await writeFile(join(directory, "a.test.js"), source);
  await writeFile(
    join(directory, "vitest.config.mjs"),
    `import { SummaryReporter } from ${JSON.stringify(join(REPOSITORY, "test/support/reporter.ts"))};
     export default { test: { globals: true, reporters: [new SummaryReporter()] } };`,
  );
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(REPOSITORY, "node_modules/vitest/vitest.mjs"), "run", `--root=${directory}`],
    { encoding: "utf8", env: { PATH: process.env.PATH ?? "", CI: "true", ...environment } },
  );
  return { status, lines: stdout.trimEnd().split("\n") };
}

describe("the test run's last line", () => {
  it("counts what passed", async () => {
    const { status, lines } = await run(`test("a", () => {}); test("b", () => {});`);
    expect(lines.at(-1)).toBe("2 passed, 0 failed");
    expect(status).toBe(0);
  });

  it("counts what failed, and the run fails", async () => {
    const { status, lines } = await run(`test("a", () => {}); test("b", () => { throw 1; });`);
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(status).not.toBe(0);
  });

  it("follows the names of the skipped tests and why they were", async () => {
    const { status, lines } = await run(
      `test("a", () => {}); describe("on a GPU", () => test("b", ({ skip }) => skip("there is none")));`,
    );
    expect(lines.slice(-2)).toEqual([
      "skipped: on a GPU > b: there is none",
      "1 passed, 0 failed, 1 skipped",
    ]);
    expect(status).toBe(0);
  });

  it("follows the names of the tests that passed at the second try only", async () => {
    const { status, lines } = await run(
      `let tries = 0; test("a", { retry: 1 }, () => { if (tries++ === 0) throw 1; });`,
    );
    expect(lines.slice(-2)).toEqual(["passed at the second try only: a", "1 passed, 0 failed"]);
    expect(status).toBe(0);
  });

  it("counts a hook that threw as a failure", async () => {
    const { status, lines } = await run(
      `describe("a", () => { beforeAll(() => { throw new Error("broken"); }); test("b", () => {}); });`,
    );
    expect(lines.at(-1)).toMatch(/^0 passed, 1 failed/);
    expect(status).not.toBe(0);
  });

  it("counts a file that cannot be loaded as a failure", async () => {
    const { status, lines } = await run(`throw new Error("broken");`);
    expect(lines.at(-1)).toBe("0 passed, 1 failed");
    expect(status).not.toBe(0);
  });

  it("counts an error outside every test as a failure", async () => {
    const { status, lines } = await run(
      `test("a", async () => { Promise.reject(new Error("lost")); await new Promise((done) => setTimeout(done, 50)); });`,
    );
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(status).not.toBe(0);
  });

  describe("of a CI's second run", () => {
    const failing = `test("a", () => {}); test("b", ({ skip }) => skip()); test("c", () => { throw 1; });`;
    const passing = `test("a", () => {}); test("b", ({ skip }) => skip()); test("c", () => {});`;
    const firstRun = () => ({ UNDERTONE_FIRST_TEST_RUN: join(directory, "first-run.json") });

    it("counts the tests of both runs, and names the files that failed before", async () => {
      const first = await run(failing, firstRun());
      expect(first.lines.at(-1)).toBe("1 passed, 1 failed, 1 skipped");
      expect(first.status).not.toBe(0);
      const second = await run(passing, firstRun());
      expect(second.lines.slice(-2)).toEqual([
        "passed in the second run only: a.test.js",
        "2 passed, 0 failed, 1 skipped",
      ]);
      expect(second.status).toBe(0);
    });

    it("counts what fails again as a failure", async () => {
      await run(failing, firstRun());
      const second = await run(failing, firstRun());
      expect(second.lines.at(-1)).toBe("1 passed, 1 failed, 1 skipped");
      expect(second.status).not.toBe(0);
    });

    it("is not made where nothing failed, or what failed is of no file", async () => {
      const outside = `test("a", async () => { Promise.reject(new Error("lost")); await new Promise((done) => setTimeout(done, 50)); });`;
      for (const source of [passing, outside]) {
        await run(source, firstRun());
        expect(existsSync(firstRun().UNDERTONE_FIRST_TEST_RUN)).toBe(false);
      }
    });
  });
});
