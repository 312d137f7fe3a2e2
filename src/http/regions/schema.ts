/** The schema of GET /v1/regions. */
import { z } from "@hono/zod-openapi";

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative().nullable();

/** GET /v1/regions. */
export const RegionsSchema = z
  .object({
    window_seconds: z.number().int().describe("How far back it looks."),
    source: z
      .enum(["process", "analytics-engine"])
      .describe("Whether it knows of this process's requests alone, or of those of all isolates."),
    regions: z.array(
      z.object({
        region: z.string().nullable().describe("The setting `REGION`; null where it is empty."),
        colo: z
          .string()
          .nullable()
          .describe("Cloudflare's data centre that requests came in by; null elsewhere."),
        requests: count,
        clips: count.describe("Requests that computed a clip, or gave a result that was kept."),
        p50_ms: milliseconds.describe("Until their answers were ready; null without a clip."),
        p95_ms: milliseconds,
        cold_starts: count.describe("Requests that an isolate was started for."),
        errors: count.describe("Answers of status 500 and above."),
      }),
    ),
  })
  .openapi("Regions");
