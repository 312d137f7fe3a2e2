/** The tracer of a runtime, by its settings. */
import type { LogEntry } from "../log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createExporter } from "../telemetry/traces/exporter.ts";
import { createTracer, type Tracer } from "../telemetry/traces/tracer.ts";
import type { TraceSettings } from "./trace-settings.ts";

/** The service that is traced, and what its exporter uses. */
export interface TracedService {
  readonly traces: TraceSettings | null;
  readonly runtime: string;
  readonly region: string;
  readonly version: string | null;
  /** The number of a stage; left out for the Worker or server that takes requests. */
  readonly stage?: number;
  readonly metrics: Metrics;
  log(entry: LogEntry): void;
  keepAlive(work: Promise<void>): void;
}

/** Opens it; `null` if nothing is traced. */
export function openTracer(service: TracedService): Tracer | null {
  const { traces, region, version, stage, ...parts } = service;
  if (traces === null) return null;
  const resource = {
    "service.name": stage === undefined ? "undertone" : `undertone-stage-${stage}`,
    "service.version": version ?? undefined,
    "cloud.region": region || undefined,
    "process.runtime.name": parts.runtime,
  };
  const { url, headers, ratio } = traces;
  return createTracer(ratio, createExporter({ ...parts, url, headers, resource }));
}
