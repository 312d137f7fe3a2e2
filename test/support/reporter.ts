/**
 * Ends a test run with one plain line, `N passed, N failed`, after the files that took longest and the names of the tests
 * that did not run or passed at the second try only.
 */
import { availableParallelism } from "node:os";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

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

    const passed = tests.filter((test) => stateOf(test) === "passed").length;
    const failed = tests.filter((test) => stateOf(test) === "failed").length;
    // A file that could not be loaded, a hook that threw, and an error outside any test fail the run without a test of
    // their own.
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = groups.filter((group) => group.errors().length > 0).length;
    const summary = `${passed} passed, ${failed + broken + unhandledErrors.length} failed`;
    this.#print(skipped.length > 0 ? `${summary}, ${skipped.length} skipped` : summary);
  }
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
