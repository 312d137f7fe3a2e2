/** Schema of GET /v1/self-test. */
import { z } from "@hono/zod-openapi";
import { CHECK_STATUSES } from "../../self-test/check.ts";

/** One check. */
const CheckSchema = z
  .object({
    name: z.string().describe("Such as database."),
    status: z
      .enum(CHECK_STATUSES)
      .describe("slow: it works, not as well as it should. skipped: there is nothing to check."),
    detail: z.string().describe("What was found."),
    advice: z.string().nullable().describe("What to do about it."),
    duration_ms: z.number().int(),
  })
  .openapi("SelfTestCheck");

/** GET /v1/self-test. */
export const SelfTestSchema = z
  .object({
    status: z.enum(["ok", "slow", "broken"]).describe("The worst of all checks."),
    runtime: z.enum(["workerd", "node"]),
    place: z
      .object({
        colo: z.string().nullable().describe("Cloudflare's data centre that was asked."),
        country: z.string().nullable().describe("Of the client."),
        continent: z.string().nullable().describe("Of the client."),
      })
      .describe("Where the request was received."),
    began_at: z.iso.datetime().describe("By the service's clock."),
    ended_at: z.iso.datetime(),
    checks: z.array(CheckSchema),
  })
  .openapi("SelfTest");
