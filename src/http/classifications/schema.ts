/** The schema of classifications. */
import { z } from "@hono/zod-openapi";
import { CLIP_ANSWER, REQUEST_ID } from "../answer/clip-schema.ts";

/** POST /v1/classifications. */
export const ClassificationSchema = z
  .object({
    ...CLIP_ANSWER,
    scores: z
      .enum(["softmax", "sigmoid", "none"])
      .describe(
        "softmax: one label holds, and all scores sum to 1; sigmoid: each may hold or not; none: a regression, whose scores are the model's own values and may be any number.",
      ),
    labels: z
      .array(z.object({ label: z.string(), score: z.number() }))
      .readonly()
      .describe("Best first; those of a regression in the model's order."),
    ...REQUEST_ID,
  })
  .openapi("Classification");
