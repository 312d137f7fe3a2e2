/** Metrics of a Worker: data points of Workers Analytics Engine (https://developers.cloudflare.com/analytics/analytics-engine/). */
import { INSTRUMENTS, type InstrumentName } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";

/** The binding of a dataset. */
export interface AnalyticsDataset {
  writeDataPoint(point: {
    readonly indexes: readonly string[];
    readonly blobs: readonly string[];
    readonly doubles: readonly number[];
  }): void;
}

/** Writes each measurement as a point: its index and first blob are the metric's name, the others its labels in their order. */
export function analyticsMetrics(dataset: AnalyticsDataset): Metrics {
  const write = (name: InstrumentName, labels: Readonly<Record<string, string>>, value: number) => {
    const values = INSTRUMENTS[name].labels.map((label) => labels[label] ?? "");
    dataset.writeDataPoint({ indexes: [name], blobs: [name, ...values], doubles: [value] });
  };
  return {
    count: (name, labels, by = 1) => write(name, labels, by),
    observe: write,
    set(name, readings) {
      for (const { labels, value } of readings) write(name, labels, value);
    },
  };
}
