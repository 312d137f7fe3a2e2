/** What is measured while a service works, and whose work it is that runs now. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Cost } from "./cost.ts";
import { type Metrics, NO_METRICS } from "./metrics.ts";

/** The measuring of one process or isolate. */
export interface Telemetry {
  /** Does `work` on the account of `cost`, with all that it waits for. */
  charge<Result>(cost: Cost, work: () => Result): Result;
  /** Whose work runs now; `undefined` outside of requests and messages. */
  cost(): Cost | undefined;
  readonly metrics: Metrics;
}

/** Begins to measure. */
export function createTelemetry(metrics: Metrics = NO_METRICS): Telemetry {
  const current = new AsyncLocalStorage<Cost>();
  return {
    charge: (cost, work) => current.run(cost, work),
    cost: () => current.getStore(),
    metrics,
  };
}
