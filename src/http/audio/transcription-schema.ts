/** The schemas of answers in JSON of POST /v1/audio/transcriptions. */
import { z } from "@hono/zod-openapi";

const UsageSchema = z.object({
  type: z.literal("duration"),
  seconds: z.number().int().describe("Of the clip, rounded up."),
});

const SegmentSchema = z.object({
  id: z.number().int(),
  seek: z.number().int().describe("Hundredths of a second at which it starts."),
  start: z.number(),
  end: z.number(),
  text: z.string(),
  tokens: z.array(z.number().int()).describe("Always empty: tokens are not those of Whisper."),
  temperature: z.number().describe("Always 0: nothing is drawn by chance."),
  avg_logprob: z.number().describe("The mean of the natural logarithms of its words' confidences."),
  compression_ratio: z.number().describe("Of the text's bytes to the same compressed by zlib."),
  no_speech_prob: z.number().describe("Always 0: models give no such probability."),
});

/** response_format=json, and verbose_json. */
export const TranscriptionSchema = z
  .object({
    text: z.string(),
    usage: UsageSchema,
    task: z.literal("transcribe").optional().describe("This and the following: verbose_json."),
    language: z
      .string()
      .optional()
      .describe("As the request has it, else `und`: packs do not say what their language is."),
    duration: z.number().optional().describe("Seconds of the clip that were used."),
    segments: z.array(SegmentSchema).optional(),
    words: z.array(z.object({ word: z.string(), start: z.number(), end: z.number() })).optional(),
  })
  .openapi("AudioTranscription");
