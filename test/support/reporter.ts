/**
 * Ends a test run with one plain line, `N passed, N failed`, after the files that took longest and the names of the tests
 * that did not run or passed at the second try only.
 */
import { availableParallelism } from "node:os";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";
import { type Counts, readFirstRun, together, writeFirstRun } from "./first-run.ts";

/** Where a CI's first run leaves what its second run needs. */
const FIRST_RUN = "UNDERTONE_FIRST_TEST_RUN";

const SLOWEST_FILES = 12;

/** A Vitest reporter; `print` takes each line. */
export class SummaryReporter implements Reporter {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void = (line) => process.stdout.write(`${line}\n`)) {
    this.#print = print;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    for (const line of slowestFiles(modules)) this.#print(line);
    const skipped = tests.filter((test) => stateOf(test) === "skipped");
    for (const test of skipped) this.#print(`skipped: ${test.fullName}: ${reasonOf(test)}`);
    const flaky = tests.filter((test) => test.diagnostic()?.flaky === true);
    for (const test of flaky) this.#print(`passed at the second try only: ${test.fullName}`);

    const {
      passed,
      failed,
      skipped: skippedCount,
    } = this.#throughBothRuns(modules, unhandledErrors);
    const summary = `${passed} passed, ${failed} failed`;
    this.#print(skippedCount > 0 ? `${summary}, ${skippedCount} skipped` : summary);
  }

  /** The counts of this run; of a CI's second run those of both. */
  #throughBothRuns(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
  ): Counts & { readonly failed: number } {
    const counts = countsOf(modules);
    const failed = modules.reduce((sum, module) => sum + failuresOf(module), 0);
    const all = { ...counts, failed: failed + unhandledErrors.length };
    const path = process.env[FIRST_RUN];
    if (path === undefined) return all;
    const first = readFirstRun(path);
    if (first === null) {
      const failing = modules.filter((module) => failuresOf(module) > 0);
      const failedFiles = failing.map((module) => ({
        file: module.relativeModuleId,
        ...countsOf([module]),
      }));
      if (unhandledErrors.length === 0) writeFirstRun(path, { ...counts, failedFiles });
      return all;
    }
    const mended = modules.filter((module) => failuresOf(module) === 0);
    for (const { relativeModuleId } of mended) {
      this.#print(`passed in the second run only: ${relativeModuleId}`);
    }
    return { ...together(first, counts), failed: all.failed };
  }
}

function countsOf(modules: readonly TestModule[]): Counts {
  const states = modules.flatMap((module) => [...module.children.allTests()]).map(stateOf);
  const count = (state: string) => states.filter((other) => other === state).length;
  return { passed: count("passed"), skipped: count("skipped") };
}

/**
 * How often a file failed: a file that could not be loaded and a hook that threw fail the run without a test of their own.
 */
function failuresOf(module: TestModule): number {
  const failed = [...module.children.allTests()].filter((test) => stateOf(test) === "failed");
  const groups = [module, ...module.children.allSuites()];
  return failed.length + groups.filter((group) => group.errors().length > 0).length;
}

/** Which files of a long run took longest; of a few files none is worth a line. */
function slowestFiles(modules: readonly TestModule[]): string[] {
  if (modules.length <= SLOWEST_FILES) return [];
  const durations = modules.map((module) => {
    const { duration, collectDuration, setupDuration } = module.diagnostic();
    return { file: module.relativeModuleId, ms: duration + collectDuration + setupDuration };
  });
  const total = durations.reduce((sum, { ms }) => sum + ms, 0);
  const slowest = durations.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_FILES);
  return [
    `${modules.length} files took ${inSeconds(total)} in turns on ${availableParallelism()} processors; the slowest:`,
    ...slowest.map(({ file, ms }) => `  ${inSeconds(ms).padStart(6)}  ${file}`),
  ];
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function stateOf(test: TestCase): string {
  return test.result().state;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === "skipped" ? result.note : undefined) ?? "no reason given";
}
