/** What the first run of a CI leaves for its second one, which runs the files with failures again, alone. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly skipped: number;
}

const countsSchema = z.object({ passed: z.number(), skipped: z.number() });
const firstRunSchema = countsSchema.extend({
  /** The files with failures, and what else was in them. */
  failedFiles: z.array(countsSchema.extend({ file: z.string() })),
});

/** The first run: its counts are those of all its files. */
export type FirstRun = z.infer<typeof firstRunSchema>;

/** Of this many failing files something else is wrong than a busy machine: none is worth a second run. */
const MOST_FAILED_FILES = 8;

/** Reads what the first run left at `path`; null if this is the first run. */
export function readFirstRun(path: string): FirstRun | null {
  return existsSync(path) ? firstRunSchema.parse(JSON.parse(readFileSync(path, "utf8"))) : null;
}

/** Leaves `run` at `path`, if a second run can mend it. */
export function writeFirstRun(path: string, run: FirstRun): void {
  const { length } = run.failedFiles;
  if (length > 0 && length <= MOST_FAILED_FILES) writeFileSync(path, JSON.stringify(run));
}

/** What both runs come to: the first one without the files that ran again, and the second one. */
export function together(first: FirstRun, second: Counts): Counts {
  const left = (key: keyof Counts) =>
    first.failedFiles.reduce((count, file) => count - file[key], first[key]) + second[key];
  return { passed: left("passed"), skipped: left("skipped") };
}
