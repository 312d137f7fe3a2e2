/** The tools of the steps of a deployment. */
import type { WranglerRun } from "../wrangler/run.ts";

/** Runs wrangler to its end. */
export type Wrangler = (args: readonly string[]) => Promise<WranglerRun>;

/** Takes a line about a step and what came of it. */
export type Tell = (line: string) => void;
