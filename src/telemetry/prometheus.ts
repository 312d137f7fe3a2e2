/** Metrics of a Node server, written as Prometheus reads them; those of the process and its event loop come from prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { INSTRUMENTS, type Instrument, type InstrumentName } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";

/** From a decoded second to a clip that waited for others, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics that can be read as text. */
export interface PrometheusMetrics extends Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Makes the metrics of this process. */
export function prometheusMetrics(): PrometheusMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const made = new Map<InstrumentName, Counter | Histogram | Gauge>();
  for (const [name, instrument] of Object.entries<Instrument>(INSTRUMENTS)) {
    const { kind, help, labels, values = [] } = instrument;
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const metric =
      kind === "counter"
        ? new Counter(options)
        : kind === "histogram"
          ? new Histogram({ ...options, buckets: BUCKETS })
          : new Gauge(options);
    for (const value of values) (metric as Counter).inc({ [String(labels[0])]: value }, 0);
    made.set(name as InstrumentName, metric);
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    count: (name, labels, by = 1) => (made.get(name) as Counter).inc({ ...labels }, by),
    observe: (name, labels, seconds) =>
      (made.get(name) as Histogram).observe({ ...labels }, seconds),
    set(name, readings) {
      const gauge = made.get(name) as Gauge;
      gauge.reset();
      for (const { labels, value } of readings) gauge.set({ ...labels }, value);
    },
  };
}
