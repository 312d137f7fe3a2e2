/** The schema of comparisons of two speakers. */
import { z } from "@hono/zod-openapi";
import { ThresholdSchema } from "../../tasks/threshold.ts";
import { AudioSchema, REQUEST_ID, StampSchema } from "../answer/clip-schema.ts";

/** POST /v1/comparisons. */
export const ComparisonSchema = z
  .object({
    model: StampSchema,
    a: z.object({ audio: AudioSchema }),
    b: z.object({ audio: AudioSchema }),
    cosine: z.number().describe("Of the speakers' embeddings, −1 to 1."),
    threshold: ThresholdSchema.nullable().describe("Null until the pack was given one."),
    same_speaker: z
      .boolean()
      .nullable()
      .describe("Whether the cosine reaches the threshold; null without one."),
    note: z.string(),
    ...REQUEST_ID,
  })
  .openapi("Comparison");
