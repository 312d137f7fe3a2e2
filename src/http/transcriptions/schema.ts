/** The schema of transcriptions. */
import { z } from "@hono/zod-openapi";
import { CLIP_ANSWER, REQUEST_ID } from "../answer/clip-schema.ts";

const SpokenTextSchema = z.object({
  text: z.string(),
  start: z.number().describe("Seconds of the clip as it was received."),
  end: z.number(),
  confidence: z.number(),
});

/** POST /v1/transcriptions. */
export const TranscriptionSchema = z
  .object({
    ...CLIP_ANSWER,
    decoder: z.enum(["greedy", "beam"]),
    text: z.string(),
    confidence: z
      .number()
      .nullable()
      .describe("The geometric mean of the tokens' probabilities; null where there is no text."),
    words: z.array(SpokenTextSchema).readonly(),
    tokens: z.array(SpokenTextSchema).readonly().optional().describe("If asked for."),
    ...REQUEST_ID,
  })
  .openapi("Transcription");
