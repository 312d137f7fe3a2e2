/** /healthz, /readyz, /problems, /openapi.json and /llms.txt: what the service says of itself. */
import type { Endpoint } from "../endpoint.ts";
import { getHealth } from "./health.ts";
import { describeForModels } from "./llms.ts";
import { describeApi } from "./openapi.ts";
import { getProblemType } from "./problem-pages.ts";
import { getReadiness } from "./ready.ts";

/** The service itself; no key is needed. */
export const service: readonly Endpoint[] = [
  getHealth,
  getReadiness,
  getProblemType,
  describeApi,
  describeForModels,
];
