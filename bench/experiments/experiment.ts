/** Interface of experiments, which measure rows or lines of a chart. */
import type { Line } from "../../src/charts/line-chart.ts";
import type { ChartId } from "../charts/charts.ts";
import type { Finding, RowId } from "../rows.ts";
import type { Workbench } from "../workbench.ts";

/** Results of an experiment. */
export interface Outcome {
  readonly findings?: readonly Finding[];
  readonly lines?: Readonly<Partial<Record<ChartId, readonly Line[]>>>;
}

/** One thing to find out. */
export interface Experiment {
  /** The rows and charts that it answers for. */
  readonly answers: readonly (RowId | ChartId)[];
  /** @throws Error if it cannot be measured; the others are not concerned. */
  run(bench: Workbench): Promise<Outcome>;
}
