/** What the tables of docs/capacity.md would say of a faster or slower processor. */
import { markdownTable } from "../table.ts";
import { arrivalsOf } from "./arrivals.ts";
import { latenciesOf } from "./compare.ts";
import type { Deployment } from "./deployment.ts";
import { seededRandom } from "./random.ts";
import { DAY, SCENARIOS } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

const CLIPS_A_DAY = 60_000;
/** Of the measured time of computing. */
const FACTORS = [0.8, 1, 1.25];

/** p50 and p95 of each scenario, if computing took some share of its measured time. */
export function speedTable(seed: number): string {
  const traffic = { ...DAY, clipsPerSecond: CLIPS_A_DAY / DAY.seconds };
  const arrivals = arrivalsOf(traffic, seededRandom(seed));
  const header = ["", ...FACTORS.map((factor) => `${factor} × the time of computing`)];
  const rows = SCENARIOS.map(({ deployment }) => [
    deployment.name,
    ...FACTORS.map((factor) => {
      const day = simulate(arrivals, withSpeed(deployment, factor), seededRandom(seed + 1));
      const { p50, p95 } = latenciesOf(day.latencySeconds);
      return `${p50.toFixed(2)} s, ${p95.toFixed(2)} s`;
    }),
  ]);
  return markdownTable(header, rows);
}

function withSpeed(deployment: Deployment, factor: number): Deployment {
  const { costs } = deployment;
  return {
    ...deployment,
    costs: { ...costs, computeSeconds: (clip) => factor * costs.computeSeconds(clip) },
  };
}
