/** A line chart as one SVG file: axes with units, a legend, readable on light pages and on dark ones. Over 150 lines: one SVG, its parts in drawing order. */
import { normalDeviateScale } from "./normal-deviate.ts";
import { linearScale, logarithmicScale, type Scale, spanScale } from "./scale.ts";
import { circle, diamond, escapeText, fixed, type Place, square, text, triangle } from "./svg.ts";

/** A line of a chart. */
export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Scale of an axis. */
export type ScaleKind = "linear" | "logarithmic" | "normal-deviate";

/** Texts, scales and ticks of a chart. */
export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yScale: ScaleKind;
  /** As wide as the data is where `xTicks` are given, else linear. */
  readonly xScale?: ScaleKind;
  /** A horizontal line that lines should stay below. */
  readonly limit?: { readonly name: string; readonly y: number };
  /** Ticks of the horizontal axis, which then begins and ends with the data; every x and 0 if left out. */
  readonly xTicks?: readonly number[];
  /** True to mark each point, the default; false suits many close points. */
  readonly hasMarkers?: boolean;
}

const SCALES = {
  linear: linearScale,
  logarithmic: logarithmicScale,
  "normal-deviate": normalDeviateScale,
} as const;

const SIZE = { width: 760, height: 420 };
/** Of a name in the legend, from above. */
const LETTER_WIDTH = 7.5;
const PLOT = { left: 64, top: 48, right: 520, bottom: 364 };
const LEGEND = {
  left: PLOT.right + 24,
  names: PLOT.right + 62,
  top: PLOT.top + 10,
  lineHeight: 24,
};

/** Told apart by colour (Okabe and Ito's, which the colour-blind can tell apart), dashes and markers. */
const STYLES = [
  { light: "#0072b2", dark: "#56b4e9", dash: "none", marker: circle },
  { light: "#009e73", dark: "#2fc79a", dash: "6 3", marker: square },
  { light: "#d55e00", dark: "#ff8c3a", dash: "none", marker: triangle },
  { light: "#a3457f", dark: "#dd8fbe", dash: "6 3", marker: diamond },
  { light: "#7a6a00", dark: "#d9c244", dash: "2 3", marker: circle },
  { light: "#3d3d3d", dark: "#cfcfcf", dash: "none", marker: square },
  { light: "#3b7ea8", dark: "#9ad3f5", dash: "2 3", marker: triangle },
  { light: "#7d3c00", dark: "#ffc08a", dash: "none", marker: diamond },
] as const;

/** Draws the lines. */
export function lineChart(options: ChartOptions, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const ys = [...points.map(({ y }) => y), ...(options.limit ? [options.limit.y] : [])];
  const xScale = xScaleOf(options, xs);
  const yScale = SCALES[options.yScale](ys);
  const letters = Math.max(...lines.map(({ name }) => name.length));
  const width = Math.max(SIZE.width, Math.ceil(LEGEND.names + letters * LETTER_WIDTH + 8));
  const place = ({ x, y }: { x: number; y: number }) => ({
    x: PLOT.left + xScale.position(x) * (PLOT.right - PLOT.left),
    y: PLOT.bottom - yScale.position(y) * (PLOT.bottom - PLOT.top),
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${SIZE.height}" role="img">`,
    `<title>${escapeText(options.title)}</title>`,
    `<style>${styleSheet()}</style>`,
    `<rect class="page" width="${width}" height="${SIZE.height}" rx="8"/>`,
    text(PLOT.left, 28, options.title, "title"),
    ...horizontalGrid(yScale, place),
    ...verticalTicks(xScale),
    text((PLOT.left + PLOT.right) / 2, SIZE.height - 16, options.xLabel, "label middle"),
    `<g transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)">`,
    text(0, 0, options.yLabel, "label middle"),
    "</g>",
    ...(options.limit ? drawLimit(options.limit, place) : []),
    ...lines.flatMap((line, index) => drawLine(line.points.map(place), index, options.hasMarkers)),
    ...lines.flatMap((line, index) => legendEntry(line.name, index, options.hasMarkers)),
    "</svg>",
    "",
  ].join("\n");
}

function xScaleOf({ xScale, xTicks }: ChartOptions, xs: readonly number[]): Scale {
  if (xScale !== undefined) return SCALES[xScale](xs);
  return xTicks ? spanScale(xs, xTicks) : { ...linearScale(xs), ticks: xs };
}

type Placing = (point: Place) => Place;

function styleSheet(): string {
  const lines = (shade: "light" | "dark") =>
    STYLES.map((style, index) => `.s${index}{--line:${style[shade]}}`).join("");
  return [
    "svg{--page:#fff;--ink:#24292f;--grid:#d8dee4;--limit:#b42318;font:13px system-ui,sans-serif}",
    `text{fill:var(--ink)}.title{font-weight:600;font-size:15px}.page{fill:var(--page)}`,
    ".middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:var(--grid)}",
    ".limit{stroke:var(--limit);stroke-dasharray:2 4;stroke-width:1.5}.limit-name{fill:var(--limit)}",
    ".line{fill:none;stroke:var(--line);stroke-width:2}.marker{fill:var(--line)}",
    lines("light"),
    "@media (prefers-color-scheme:dark){",
    "svg{--page:#0d1117;--ink:#e6edf3;--grid:#30363d;--limit:#ff7b72}",
    lines("dark"),
    "}",
  ].join("");
}

function horizontalGrid(scale: Scale, place: Placing): string[] {
  return scale.ticks.flatMap((tick) => {
    const { y } = place({ x: 0, y: tick });
    return [
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${fixed(y)}" y2="${fixed(y)}"/>`,
      text(PLOT.left - 8, y + 4, labelOf(scale, tick), "end"),
    ];
  });
}

function verticalTicks(scale: Scale): string[] {
  return scale.ticks.map((tick) => {
    const x = PLOT.left + scale.position(tick) * (PLOT.right - PLOT.left);
    return text(x, PLOT.bottom + 20, labelOf(scale, tick), "middle");
  });
}

function labelOf({ label }: Scale, tick: number): string {
  return label?.(tick) ?? String(tick);
}

function drawLimit({ name, y }: { name: string; y: number }, place: Placing): string[] {
  const height = place({ x: 0, y }).y;
  return [
    `<line class="limit" x1="${PLOT.left}" x2="${PLOT.right}" y1="${fixed(height)}" y2="${fixed(height)}"/>`,
    text(PLOT.right - 4, height - 6, name, "limit-name end"),
  ];
}

function drawLine(places: readonly Place[], index: number, hasMarkers = true): string[] {
  const { dash, marker } = styleOf(index);
  const path = places.map(({ x, y }) => `${fixed(x)},${fixed(y)}`).join(" ");
  return [
    `<g class="${styleClass(index)}"><polyline class="line" stroke-dasharray="${dash}" points="${path}"/>`,
    ...(hasMarkers ? places.map(marker) : []),
    "</g>",
  ];
}

function legendEntry(name: string, index: number, hasMarkers = true): string[] {
  const y = LEGEND.top + index * LEGEND.lineHeight;
  const ends = [LEGEND.left, LEGEND.left + 28].map((x) => ({ x, y }));
  return [...drawLine(ends, index, hasMarkers), text(LEGEND.names, y + 4, name, "")];
}

function styleOf(index: number) {
  return STYLES[index % STYLES.length];
}

function styleClass(index: number): string {
  return `s${index % STYLES.length}`;
}
