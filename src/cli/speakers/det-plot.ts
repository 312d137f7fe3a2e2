/** Detection error tradeoff of every threshold as SVG, on normal-deviate axes. */
import { lineChart } from "../../charts/line-chart.ts";
import type { OperatingPoint } from "../../model/heads/equal-error.ts";

/** One pack's curve over all thresholds. */
export interface DetCurve {
  readonly name: string;
  readonly points: readonly OperatingPoint[];
  readonly targetPairs: number;
  readonly nonTargetPairs: number;
}

/** Draws curves as an SVG file, with a line on which both errors are equal. */
export function detPlot(curves: readonly DetCurve[]): string {
  const lines = curves.map((curve) => ({ name: curve.name, points: placesOf(curve) }));
  const rates = lines.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y]));
  const ends = [Math.min(...rates), Math.max(...rates)].map((rate) => ({ x: rate, y: rate }));
  return lineChart(
    {
      title: "Detection error tradeoff",
      xLabel: "different speakers accepted",
      yLabel: "one speaker rejected",
      xScale: "normal-deviate",
      yScale: "normal-deviate",
      hasMarkers: false,
    },
    [...lines, { name: "equal errors", points: ends }],
  );
}

/** A rate of 0 or 1 has no place on such an axis: so few pairs can only say that it is less than half a pair from there. */
function placesOf({ points, targetPairs, nonTargetPairs }: DetCurve) {
  const within = (rate: number, pairs: number) =>
    Math.min(1 - 0.5 / pairs, Math.max(0.5 / pairs, rate));
  return points.map(({ falseAcceptRate, falseRejectRate }) => ({
    x: within(falseAcceptRate, nonTargetPairs),
    y: within(falseRejectRate, targetPairs),
  }));
}
