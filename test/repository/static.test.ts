import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

/** All files at once take a minute on a busy machine. */
const PATIENCE_MS = 300_000;
const REPOSITORY = join(import.meta.dirname, "../..");

/** Runs a tool of node_modules over the repository and returns what it complains of. */
function complaintsOf(tool: string, args: readonly string[]): string {
  const command = join(REPOSITORY, "node_modules/.bin", tool);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  return status === 0 ? "" : stdout + stderr || `${tool} ended with status ${status}`;
}

it("the types hold in every file", { timeout: PATIENCE_MS }, () => {
  expect(complaintsOf("tsc", ["--project", "."])).toBe("");
});

it("the formatter and linter have nothing to say", { timeout: PATIENCE_MS }, () => {
  expect(complaintsOf("biome", ["ci", "--colors=off"])).toBe("");
});
