/** Schemas of identifications. */
import { z } from "@hono/zod-openapi";
import { ClipOptionsSchema, wholeNumber } from "../../tasks/options/schema.ts";
import { CLIP_ANSWER, REQUEST_ID } from "../answer/clip-schema.ts";

const MOST_CANDIDATES = 100;

/** The options of POST /v1/identifications. */
export const IdentificationOptionsSchema = ClipOptionsSchema.extend({
  top: wholeNumber(1, MOST_CANDIDATES)
    .optional()
    .describe("How many candidates are listed, best first. Default: 5."),
});

const CandidateSchema = z.object({
  id: z.string(),
  name: z.string(),
  cosine: z.number().describe("Of the clip's embedding and the speaker's, −1 to 1."),
  score: z.number().describe("What is compared with the threshold."),
});

/** POST /v1/identifications. */
export const IdentificationSchema = z
  .object({
    ...CLIP_ANSWER,
    speaker: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .describe("Who speaks; null for none of those who were enrolled, and without a threshold."),
    scores: z
      .enum(["s-norm", "cosine"])
      .describe(
        "`s-norm`: in deviations above what the pack's cohort scores. `cosine`: as they are, of packs without a cohort.",
      ),
    threshold: z
      .object({
        score: z.number(),
        equal_error_rate: z.number(),
        target_pairs: z.number().int(),
        non_target_pairs: z.number().int(),
        source: z.string(),
      })
      .nullable()
      .describe("From which score on it is the speaker; null until the pack was given one."),
    speakers: z.number().int().describe("Speakers that the voice was compared with."),
    candidates: z.array(CandidateSchema).readonly().describe("Those with the highest scores."),
    ...REQUEST_ID,
  })
  .openapi("Identification");
