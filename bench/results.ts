/** bench/results.json: what the last runs measured, row by row and line by line. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Line } from "../src/charts/line-chart.ts";
import type { ChartId } from "./charts/charts.ts";
import type { Machine } from "./machine.ts";
import { type Finding, type Quantity, ROWS, type RowId, type Target, verdictOf } from "./rows.ts";

/** One row of the table as it was measured. */
export interface MeasuredRow {
  readonly id: RowId;
  readonly what: string;
  readonly unit: string;
  readonly target: Target | null;
  readonly measured: Quantity;
  readonly baseline: Quantity | null;
  readonly verdict: "pass" | "miss" | "–";
}

/** The models that were measured. */
export interface Models {
  readonly base: string;
  readonly large: string;
}

/** Everything measured of the same models on one machine. */
export interface Results {
  readonly machine: Machine;
  readonly models: Models;
  readonly rows: readonly MeasuredRow[];
  readonly charts: Readonly<Partial<Record<ChartId, readonly Line[]>>>;
}

const FILE = new URL("results.json", import.meta.url);

/** Reads what is known; figures of another machine, other versions or other models are not comparable and dropped. */
export function readResults(machine: Machine, models: Models): Results {
  const nothing: Results = { machine, models, rows: [], charts: {} };
  if (!existsSync(FILE)) return nothing;
  const known: Results = JSON.parse(readFileSync(FILE, "utf8"));
  const isComparable = isDeepStrictEqual([known.machine, known.models], [machine, models]);
  return isComparable ? known : nothing;
}

/** Writes results for the next run and for other programs. */
export function writeResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`);
}

/** Puts new findings in the place of what was known of the same rows. */
export function withFindings(results: Results, findings: readonly Finding[]): Results {
  const rows = ROWS.flatMap(({ id, what, unit, target }): MeasuredRow[] => {
    const finding = findings.find(({ row }) => row === id);
    if (finding === undefined) return results.rows.filter((known) => known.id === id);
    const { measured, baseline = null } = finding;
    const verdict = verdictOf(target, measured.value);
    return [{ id, what, unit, target, measured, baseline, verdict }];
  });
  return { ...results, rows };
}

/** Puts new lines in the place of a chart's old ones. */
export function withLines(results: Results, lines: Results["charts"]): Results {
  return { ...results, charts: { ...results.charts, ...lines } };
}
