/** The tables and pictures of docs/capacity.md. */
import { writeFileSync } from "node:fs";
import { type ChartOptions, lineChart } from "../../src/charts/line-chart.ts";
import { markdownTable } from "../table.ts";
import { arrivalsOf } from "./arrivals.ts";
import { type Latencies, latenciesOf } from "./compare.ts";
import { monthlyDollars } from "./money.ts";
import { seededRandom } from "./random.ts";
import { DAY, SCENARIOS, WARMTHS } from "./scenarios.ts";
import { type DayResult, simulate } from "./simulate.ts";

const CLIPS_A_DAY = [1000, 3000, 10_000, 30_000, 60_000, 120_000, 240_000];
/** For a table: from little to more than some of them bear. */
const TABLE_CLIPS = [1000, 10_000, 60_000, 240_000];
const WARMTH_CLIPS = [500, 3000];
const DOCS = new URL("../../docs/", import.meta.url);

/** A simulated day of a scenario. */
interface Simulated {
  readonly name: string;
  readonly clipsADay: number;
  readonly day: DayResult;
  readonly latencies: Latencies;
  readonly dollars: number;
}

/** The table of the deployments at some amounts of traffic; writes the pictures too. */
export function capacitySection(seed: number): string {
  const all = simulateScenarios(seed);
  const lines = (figureOf: (simulated: Simulated) => number) =>
    SCENARIOS.map(({ deployment: { name } }) => ({
      name,
      points: all
        .filter((simulated) => simulated.name === name)
        .map((simulated) => ({ x: simulated.clipsADay / 1000, y: figureOf(simulated) })),
    }));
  const xLabel = "thousand clips a day (logarithmic)";
  const charts = {
    latency: [
      {
        title: "95th percentile of a clip's time",
        xLabel,
        yLabel: "seconds (logarithmic)",
        yScale: "logarithmic",
        xScale: "logarithmic",
      },
      lines(({ latencies }) => latencies.p95),
    ],
    money: [
      {
        title: "Money a month, prices of documentation",
        xLabel,
        yLabel: "US dollars (logarithmic)",
        yScale: "logarithmic",
        xScale: "logarithmic",
      },
      lines(({ dollars }) => dollars),
    ],
  } as const satisfies Record<string, readonly [ChartOptions, unknown]>;
  const pictures = Object.entries(charts).map(([id, [options, drawn]]) => {
    writeFileSync(new URL(`capacity-${id}.svg`, DOCS), lineChart(options, drawn));
    return `![${options.title}](capacity-${id}.svg)`;
  });
  const rows = all
    .filter(({ clipsADay }) => TABLE_CLIPS.includes(clipsADay))
    .map(({ name, clipsADay, day, latencies, dollars }) => [
      String(clipsADay),
      name,
      ...[latencies.p50, latencies.p95, latencies.p99].map(seconds),
      percent(day.coldStarts / day.arrivals),
      percent((day.refused + day.lost) / day.arrivals),
      dollars.toFixed(0),
    ]);
  const header = [
    "clips/day",
    "",
    "p50 (s)",
    "p95 (s)",
    "p99 (s)",
    "cold",
    "refused or lost",
    "$/month",
  ];
  return [markdownTable(header, rows), ...pictures].join("\n\n");
}

/** The ways to keep isolates warm. */
export function warmthTable(seed: number): string {
  const rows = WARMTH_CLIPS.flatMap((clipsADay) => {
    const traffic = { ...DAY, clipsPerSecond: clipsADay / DAY.seconds };
    const arrivals = arrivalsOf(traffic, seededRandom(seed));
    return WARMTHS.map((deployment) => {
      const day = simulate(arrivals, deployment, seededRandom(seed + 1));
      const { p50, p95, p99 } = latenciesOf(day.latencySeconds);
      const cold = percent(day.coldStarts / day.arrivals);
      return [String(clipsADay), deployment.name, cold, seconds(p50), seconds(p95), seconds(p99)];
    });
  });
  return markdownTable(["clips/day", "", "cold", "p50 (s)", "p95 (s)", "p99 (s)"], rows);
}

function simulateScenarios(seed: number): Simulated[] {
  return CLIPS_A_DAY.flatMap((clipsADay) => {
    const traffic = { ...DAY, clipsPerSecond: clipsADay / DAY.seconds };
    const arrivals = arrivalsOf(traffic, seededRandom(seed));
    return SCENARIOS.map(({ deployment, prices, machines }) => {
      const day = simulate(arrivals, deployment, seededRandom(seed + 1));
      const answered = day.latencySeconds.length + day.jobSeconds.length;
      const bill = { answered, computedSeconds: day.computedSeconds };
      const dollars = monthlyDollars(bill, prices, machines);
      const latencies = latenciesOf(day.latencySeconds);
      return { name: deployment.name, clipsADay, day, latencies, dollars };
    });
  });
}

function seconds(value: number): string {
  return value.toFixed(2);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
