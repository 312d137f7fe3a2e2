/** The picture of docs/capacity.md that shows the simulation beside the load run. */
import { lineChart } from "../../src/charts/line-chart.ts";
import { percentile } from "../statistics.ts";
import type { Comparison } from "./compare.ts";

/** Ends before 100: one clip decides about that. */
const PERCENTS = Array.from({ length: 99 }, (_, index) => index + 1);
const TICKS = [1, 25, 50, 75, 95];

/** How long clips took on both sides of each run, from the quickest to the slowest. */
export function loadPicture(comparisons: readonly Comparison[]): string {
  const lines = comparisons.flatMap(({ clipsPerSecond, slices }) => {
    const rate = `${clipsPerSecond.toFixed(2)} clips/s`;
    const measured = slices.flatMap((slice) => slice.measured);
    const simulated = slices.flatMap((slice) => slice.simulated);
    return [
      { name: `workerd, ${rate}`, points: pointsOf(measured) },
      { name: `simulation, ${rate}`, points: pointsOf(simulated) },
    ];
  });
  const options = {
    title: "A load run in local workerd, and its simulation",
    xLabel: "per cent of clips that took no longer",
    yLabel: "seconds",
    yScale: "linear",
    xTicks: TICKS,
    hasMarkers: false,
  } as const;
  return lineChart(options, lines);
}

function pointsOf(seconds: readonly number[]) {
  return PERCENTS.map((percent) => ({ x: percent, y: percentile(seconds, percent / 100) }));
}
