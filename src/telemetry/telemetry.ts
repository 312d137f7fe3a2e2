/** What is measured while a service works, and whose work it is that runs now. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Cost } from "./cost.ts";
import { type Metrics, NO_METRICS } from "./metrics.ts";
import type { Span } from "./traces/span.ts";
import type { Tracer } from "./traces/tracer.ts";

/** The measuring of one process or isolate. */
export interface Telemetry {
  /** Does `work` on the account of `cost`, with all that it waits for; spans that it begins are below `span`. */
  charge<Result>(cost: Cost, work: () => Result, span?: Span): Result;
  /** Does a part of that work, whose spans are below `span`. */
  within<Result>(span: Span, work: () => Result): Result;
  /** Whose work runs now; `undefined` outside of requests and messages. */
  cost(): Cost | undefined;
  /** The span that it is done in; `undefined` where there is none, and where nothing is traced. */
  span(): Span | undefined;
  readonly metrics: Metrics;
  /** `null` if nothing is traced. */
  readonly tracer: Tracer | null;
}

interface Account {
  readonly cost: Cost | undefined;
  readonly span: Span | undefined;
}

/** Begins to measure. */
export function createTelemetry(
  metrics: Metrics = NO_METRICS,
  tracer: Tracer | null = null,
): Telemetry {
  const current = new AsyncLocalStorage<Account>();
  return {
    charge: (cost, work, span) => current.run({ cost, span }, work),
    within: (span, work) => current.run({ cost: current.getStore()?.cost, span }, work),
    cost: () => current.getStore()?.cost,
    span: () => current.getStore()?.span,
    metrics,
    tracer,
  };
}
