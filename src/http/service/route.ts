/** /healthz, /readyz, /metrics, /problems, /openapi.json and /llms.txt: what the service says of itself. */
import type { Endpoint } from "../endpoint.ts";
import { getHealth } from "./health.ts";
import { describeForModels } from "./llms.ts";
import { getMetrics } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { getProblemType } from "./problem-pages.ts";
import { getReadiness } from "./ready.ts";

/** The service itself; only the metrics need a key. */
export const service: readonly Endpoint[] = [
  getHealth,
  getReadiness,
  getMetrics,
  getProblemType,
  describeApi,
  describeForModels,
];
