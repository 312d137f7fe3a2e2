/** The schema of diarizations. */
import { z } from "@hono/zod-openapi";
import { CLIP_ANSWER, REQUEST_ID } from "../answer/clip-schema.ts";

/** POST /v1/diarizations. */
export const DiarizationSchema = z
  .object({
    ...CLIP_ANSWER,
    speakers: z
      .array(z.string())
      .readonly()
      .describe("The model's, and more if embeddings tell more of them apart."),
    segments: z
      .array(
        z.object({
          speaker: z.string(),
          start: z.number().describe("Seconds of the clip as it was received."),
          end: z.number(),
          probability: z.number().describe("The mean over its frames."),
        }),
      )
      .readonly()
      .describe("In order of time; those of different speakers may overlap."),
    windows_matched_by: z
      .enum(["overlap", "embeddings"])
      .optional()
      .describe(
        "Of a clip that was computed in several windows: how their speakers were matched. `overlap`: by the frames that two windows have in common. `embeddings`: by the x-vectors of who speaks alone in each window, which the pack names a pack for.",
      ),
    probabilities: z
      .array(z.array(z.number()).readonly())
      .readonly()
      .optional()
      .describe("[frames][speakers], if asked for."),
    ...REQUEST_ID,
  })
  .openapi("Diarization");
