/** Schemas of the service's own endpoints. */
import { z } from "@hono/zod-openapi";

/** GET /healthz. */
export const HealthSchema = z
  .object({ status: z.literal("ok"), runtime: z.enum(["workerd", "node"]) })
  .openapi("Health");
