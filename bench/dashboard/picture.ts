/** Every panel of ops/grafana/undertone.json as a chart, all in one picture. */
import { readFileSync } from "node:fs";
import { type Line, lineChart } from "../../src/charts/line-chart.ts";
import { type Prometheus, SCRAPE_SECONDS, type Series } from "./prometheus.ts";

/** In cells of Grafana's grid. */
interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Panel {
  readonly title: string;
  readonly gridPos: GridPosition;
  readonly fieldConfig: { readonly defaults: { readonly unit: string } };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const DASHBOARD = new URL("../../ops/grafana/undertone.json", import.meta.url);
/** As Grafana chooses it: four scrapes. */
const RATE_INTERVAL = `${4 * SCRAPE_SECONDS}s`;
/** Grafana's units, as axes name them and by what values are divided. */
const UNITS: Readonly<Record<string, readonly [string, number]>> = {
  reqps: ["requests a second", 1],
  ops: ["a second", 1],
  s: ["seconds", 1],
  none: ["", 1],
  percentunit: ["per cent", 0.01],
  bytes: ["MB", 1e6],
  Bps: ["MB a second", 1e6],
};
/** Grafana's grid is 24 columns wide; a cell in which a chart has its own shape. */
const COLUMNS = 24;
const CELL = { width: 98, height: 55 };
const MARGIN = 10;

/** A panel as it was between two times. */
export interface DrawnPanel {
  readonly title: string;
  readonly gridPos: GridPosition;
  readonly lines: readonly Line[];
  readonly chart: string;
}

/** Asks for the data of each panel, and draws it; times in seconds since 1970. */
export async function drawPanels(
  prometheus: Prometheus,
  start: number,
  end: number,
): Promise<readonly DrawnPanel[]> {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, "utf8")) as { readonly panels: Panel[] };
  const minutes = Math.floor((end - start) / 60);
  const xTicks = Array.from({ length: minutes + 1 }, (_, minute) => minute);
  return Promise.all(
    panels.map(async ({ title, gridPos, fieldConfig, targets }) => {
      const [yLabel, divisor] = UNITS[fieldConfig.defaults.unit] ?? ["", 1];
      const asked = targets.map(async ({ expr, legendFormat }) => {
        const ranged = expr.replaceAll("$__rate_interval", RATE_INTERVAL);
        const series = await prometheus.queryRange(ranged, start, end);
        return series.map((one) => lineOf(one, legendFormat, start, divisor));
      });
      const lines = (await Promise.all(asked)).flat().filter(({ points }) => points.length > 0);
      const labels = { title, xLabel: "minutes", yLabel };
      const options = { ...labels, yScale: "linear", xTicks, hasMarkers: false } as const;
      return { title, gridPos, lines, chart: lineChart(options, lines) };
    }),
  );
}

function lineOf(
  { metric, values }: Series,
  legendFormat: string,
  start: number,
  divisor: number,
): Line {
  const points = values
    .map(([at, value]) => ({ x: (at - start) / 60, y: Number(value) / divisor }))
    // A quantile of nothing is NaN.
    .filter(({ y }) => Number.isFinite(y));
  return {
    name: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ""),
    points,
  };
}

/** The panels where Grafana would have them. */
export function pictureOf(panels: readonly DrawnPanel[]): string {
  const rows = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  const size = `${COLUMNS * CELL.width} ${rows * CELL.height}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" role="img">`,
    "<title>The dashboard, of a load run</title>",
    ...panels.map(({ gridPos, chart }) => placed(gridPos, chart)),
    "</svg>\n",
  ].join("\n");
}

function placed({ x, y, w, h }: GridPosition, chart: string): string {
  const place = {
    x: x * CELL.width + MARGIN,
    y: y * CELL.height + MARGIN,
    width: w * CELL.width - 2 * MARGIN,
    height: h * CELL.height - 2 * MARGIN,
  };
  const attributes = Object.entries(place).map(([name, value]) => `${name}="${value}"`);
  return chart.replace("<svg ", `<svg ${attributes.join(" ")} `);
}
