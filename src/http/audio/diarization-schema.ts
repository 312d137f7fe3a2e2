/** The options and the answer of POST /v1/audio/diarization. */
import { z } from "@hono/zod-openapi";
import { DiarizationOptionsSchema } from "../../tasks/diarization.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import { decimal, flag, oneOf, text, wholeNumber } from "../../tasks/options/schema.ts";

const RESPONSE_FORMATS = ["json", "verbose_json", "rttm"] as const;
const MAX_SPEAKERS = 1000;

const HINT = "Accepted, and changes nothing: the model was trained for a number of speakers.";

/** LocalAI's, and those of /v1/diarizations that it has no name for. */
export const AudioDiarizationOptionsSchema = DiarizationOptionsSchema.omit({
  min_gap: true,
  min_segment: true,
  probabilities: true,
  format: true,
}).extend({
  min_duration_on: DiarizationOptionsSchema.shape.min_segment,
  min_duration_off: DiarizationOptionsSchema.shape.min_gap,
  response_format: oneOf(RESPONSE_FORMATS)
    .optional()
    .describe("How the answer is written. Default: json."),
  include_text: flag()
    .optional()
    .describe("false: models that tell speakers apart write no text. Default: false."),
  num_speakers: wholeNumber(0, MAX_SPEAKERS).optional().describe(HINT),
  min_speakers: wholeNumber(0, MAX_SPEAKERS).optional().describe(HINT),
  max_speakers: wholeNumber(0, MAX_SPEAKERS).optional().describe(HINT),
  clustering_threshold: decimal(0, 2)
    .optional()
    .describe(
      "Accepted, and changes nothing: embeddings are clustered by their own pack's threshold.",
    ),
  language: text().optional().describe("Accepted, and changes nothing."),
});

/** @throws UndertoneError `invalid-option` for `include_text`. */
export function requireNoText({
  include_text: includeText,
}: z.output<typeof AudioDiarizationOptionsSchema>): void {
  if (!includeText) return;
  throw invalidOption(
    "include_text",
    "has to be false: no model that tells speakers apart writes text. Send the clip to /v1/audio/transcriptions too",
  );
}

/** response_format=json, and verbose_json. */
export const AudioDiarizationSchema = z
  .object({
    task: z.literal("diarize"),
    duration: z.number().describe("Seconds of the clip that were used."),
    num_speakers: z.number().int().describe("Who speak in it."),
    segments: z
      .array(
        z.object({
          id: z.number().int(),
          speaker: z.string().describe("SPEAKER_00 is who speaks first."),
          label: z.string().describe("The model's own name of the speaker."),
          start: z.number(),
          end: z.number(),
        }),
      )
      .describe("In order of time; those of different speakers may overlap."),
    speakers: z
      .array(
        z.object({
          id: z.string(),
          label: z.string(),
          total_speech_duration: z.number().describe("Seconds."),
          segment_count: z.number().int(),
        }),
      )
      .optional()
      .describe("Of verbose_json."),
  })
  .openapi("AudioDiarization");
