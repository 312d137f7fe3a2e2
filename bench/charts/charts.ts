/** The pictures of docs/performance.md. */
import { type ChartOptions, type Line, lineChart } from "../../src/charts/line-chart.ts";

const CHARTS = {
  "time-by-length": {
    title: "Time by clip length",
    xLabel: "clip (s)",
    yLabel: "time to the whole answer (s)",
    yScale: "linear",
  },
  "memory-by-length": {
    title: "Peak memory by clip length, workerd",
    xLabel: "clip (s)",
    yLabel: "WASM heap and buffers (MB, logarithmic)",
    yScale: "logarithmic",
    limit: { name: "128 MB isolate", y: 128 },
  },
  "accuracy-by-layer": {
    title: "Error by layer, golden/mid",
    xLabel: "index into hidden_states",
    yLabel: "standardised relative L2 (lower is better)",
    yScale: "linear",
  },
} as const satisfies Record<string, ChartOptions>;

/** Names of charts, for `--only` and `--skip`. */
export type ChartId = keyof typeof CHARTS;

/** Every chart in the order of the document. */
export const CHART_IDS = Object.keys(CHARTS) as readonly ChartId[];

/** Title of a chart. */
export function chartTitle(id: ChartId): string {
  return CHARTS[id].title;
}

/** Draws a chart as an SVG file. */
export function drawChart(id: ChartId, lines: readonly Line[]): string {
  return lineChart(CHARTS[id], lines);
}
