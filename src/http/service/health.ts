/** GET /healthz: whether the service answers at all; touches no model. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Platform } from "../../platform/platform.ts";
import { PUBLIC } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { HealthSchema } from "../answer/schemas/answers.ts";
import type { AppEnv } from "../context.ts";

export const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "getHealth",
  summary: "Checks that the service answers",
  tags: ["service"],
  security: PUBLIC,
  responses: { 200: json(HealthSchema, "The service answers"), ...PROBLEM_RESPONSES },
});

/** Answers `ok` and the runtime's name. */
export function getHealth(platform: Platform): RouteHandler<typeof healthRoute, AppEnv> {
  return (c) => c.json({ status: "ok" as const, runtime: platform.runtime }, 200);
}
