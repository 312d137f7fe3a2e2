/** Schemas of the service's own endpoints. */
import { z } from "@hono/zod-openapi";

/** GET /healthz. */
export const HealthSchema = z
  .object({ status: z.literal("ok"), runtime: z.enum(["workerd", "node"]) })
  .openapi("Health");

const CheckSchema = z.string().describe("`ok`, the slug of what is wrong, or `timeout`");

/** GET /readyz. */
export const ReadinessSchema = z
  .object({
    status: z.literal("ready"),
    region: z.string().optional().describe("The setting `REGION`"),
    checks: z.object({
      pack: CheckSchema,
      database: CheckSchema,
      keys: CheckSchema.optional().describe("The database of keys that regions share"),
      files: CheckSchema,
    }),
  })
  .openapi("Readiness");
