/** Programs that tests compare with, which not every machine has. */
import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

const OUTPUT_BYTES = 2 ** 28;

/** Standard output of a program; throws its standard error if it fails. */
export function outputOf(program: string, args: readonly string[], input?: Uint8Array): Uint8Array {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    maxBuffer: OUTPUT_BYTES,
    ...(input === undefined ? {} : { input }),
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return new Uint8Array(stdout);
}

/** Skips a test that needs a program which is not installed; under CI, where all of them are, fails it. */
export function needsPrograms({ skip }: TestContext, ...programs: readonly string[]): void {
  for (const program of programs) {
    if (isInstalled(program)) continue;
    if (process.env.CI === "true") throw new Error(`${program} is not installed`);
    skip(`${program} is not installed`);
  }
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}
