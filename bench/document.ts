/** Results as people read them: the table, and the pictures under docs/. */
import { writeFileSync } from "node:fs";
import { CHART_IDS, chartTitle, drawChart } from "./charts/charts.ts";
import { machineSentence } from "./machine.ts";
import { replaceSection } from "./report.ts";
import type { MeasuredRow, Results } from "./results.ts";
import type { Quantity, Target } from "./rows.ts";
import { markdownTable } from "./table.ts";

const DOCS = new URL("../docs/", import.meta.url);

/** The table of every measured row. */
export function resultTable({ rows }: Results): string {
  return markdownTable(
    ["what", "target", "measured", "baseline here", ""],
    rows.map((row) => [
      row.what,
      targetText(row),
      quantityText(row.measured, row.unit),
      row.baseline === null ? "–" : quantityText(row.baseline, row.unit),
      row.verdict === "–" ? "" : row.verdict,
    ]),
  );
}

/** Draws the charts and puts them and the table into docs/performance.md. */
export function writeDocument(results: Results): void {
  const pictures = CHART_IDS.flatMap((id) => {
    const lines = results.charts[id];
    if (lines === undefined) return [];
    const file = `performance-${id}.svg`;
    writeFileSync(new URL(file, DOCS), drawChart(id, lines));
    return [`![${chartTitle(id)}](${file})`];
  });
  const { base, large } = results.models;
  const origin = `Models: ${base} and ${large}. Measured on ${machineSentence(results.machine)}`;
  const parts = [origin, resultTable(results)];
  replaceSection("bench", [...parts, ...pictures].join("\n\n"));
}

function targetText({ target, unit }: MeasuredRow): string {
  if (target === null) return "–";
  const [sign, value] = signOf(target);
  return [sign, value, unit].filter((part) => part !== "").join(" ");
}

function signOf(target: Target): [sign: string, value: string] {
  return "atMost" in target ? ["≤", String(target.atMost)] : ["≥", String(target.atLeast)];
}

function quantityText({ value, detail }: Quantity, unit: string): string {
  const figure = [figureText(value, unit), unit].filter((part) => part !== "").join(" ");
  return detail === undefined ? figure : `${figure} (${detail})`;
}

/** Enough digits to see on which side of its target a figure lies. */
function figureText(value: number, unit: string): string {
  if (unit === "MB" || unit === "ms") return value.toFixed(1);
  if (unit === "×") return value.toFixed(2);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(4);
}
