/** What docs/capacity.md says of the load runs beside their simulation. */
import { median, percentile } from "../statistics.ts";
import { markdownTable } from "../table.ts";
import { type Comparison, latenciesOf } from "./compare.ts";
import { intervalOf } from "./interval.ts";
import type { Measurements } from "./measure.ts";
import { seededRandom } from "./random.ts";

const FIGURES = ["p50", "p95", "p99"] as const;
/** Of the probes whose times are told. */
const MIDDLE = [0.1, 0.9];

/** Both sides of the load runs, how far they are apart, and how far they may be by chance. */
export function comparisonTable(comparisons: readonly Comparison[], seed: number): string {
  const random = seededRandom(seed);
  const rows = comparisons.flatMap((run) =>
    FIGURES.map((name) => {
      const interval = intervalOf(run.slices, (times) => latenciesOf(times)[name], random);
      return [
        `${run.clipsPerSecond.toFixed(2)} (${run.count} clips, ${percent(run.utilisation)} busy)`,
        name,
        milliseconds(run.measured[name]),
        milliseconds(run.simulated[name]),
        percent(run.simulated[name] / run.measured[name] - 1),
        interval.map(percent).join(" to "),
      ];
    }),
  );
  return markdownTable(["clips/s", "", "workerd", "simulation", "apart", "of 95 %"], rows);
}

/** What clips that nothing else was with took. */
export function probesSentence({ runs, transports }: Measurements): string {
  const probes = runs.flatMap((run) => run.probes);
  const times = transports.map(({ clipSeconds: length, seconds }) => {
    const ofLength = probes.filter(({ clipSeconds }) => clipSeconds === length);
    const taken = ofLength.map(({ takenSeconds }) => takenSeconds);
    const prepared = ofLength.map((probe) => probe.takenSeconds - probe.computeSeconds - seconds);
    const range = MIDDLE.map((share) => milliseconds(percentile(taken, share))).join(" to ");
    return `${length} s of sound ${range}, of them ${milliseconds(seconds)} on its way and ${milliseconds(median(prepared))} to decode it`;
  });
  return `Probes, but for the quickest and the slowest tenth: ${times.join("; ")}.`;
}

function milliseconds(value: number): string {
  return `${(value * 1000).toFixed(0)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
