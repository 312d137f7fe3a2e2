/** GET /healthz: whether the service answers at all; touches no model. */
import { PUBLIC } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";
import { HealthSchema } from "./schema.ts";

/** Answers `ok` and the runtime's name. */
export const getHealth = endpoint({
  route: {
    method: "get",
    path: "/healthz",
    operationId: "getHealth",
    summary: "Checks that the service answers",
    tags: ["service"],
    responses: { 200: json(HealthSchema, "The service answers"), ...PROBLEM_RESPONSES },
  },
  scope: PUBLIC,
  handle(platform) {
    return (c) => c.json({ status: "ok" as const, runtime: platform.runtime }, 200);
  },
});
