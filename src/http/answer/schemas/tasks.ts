/** What the answers of tasks look like; OpenAPI is generated from these. */
import { z } from "@hono/zod-openapi";
import { VECTOR_POOLS } from "../../../tasks/embedding.ts";
import { ThresholdSchema } from "../../../tasks/threshold.ts";
import { AudioSchema, CLIP_ANSWER, StampSchema } from "./answers.ts";

const REQUEST_ID = { request_id: z.string() };

/** POST /v1/embeddings. */
export const EmbeddingSchema = z
  .object({
    ...CLIP_ANSWER,
    method: z
      .enum(["xvector", "pooled"])
      .describe("The model's speaker head, or features pooled over time."),
    pool: z.enum(VECTOR_POOLS).optional().describe("Of pooled features."),
    layer: z.string().optional().describe("Of pooled features: which output."),
    l2: z.boolean().describe("Whether the vector was scaled to length 1."),
    size: z.number().int(),
    embedding: z.array(z.number()).readonly(),
    ...REQUEST_ID,
  })
  .openapi("Embedding");

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

/** POST /v1/diarizations. */
export const DiarizationSchema = z
  .object({
    ...CLIP_ANSWER,
    speakers: z.array(z.string()).readonly(),
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
    probabilities: z
      .array(z.array(z.number()).readonly())
      .readonly()
      .optional()
      .describe("[frames][speakers], if asked for."),
    ...REQUEST_ID,
  })
  .openapi("Diarization");
