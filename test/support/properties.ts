/** Which cases properties draw: new ones at each run, and under `CI=true` the same at each, so that CI judges the change alone. */
import fc from "fast-check";

const CI_SEED = 20_261_128;

const seed = process.env.UNDERTONE_SEED ?? (process.env.CI === "true" ? CI_SEED : undefined);
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
