/** The options of POST /v1/audio/transcriptions. */
import { z } from "@hono/zod-openapi";
import { invalidOption } from "../../tasks/options/errors.ts";
import { decimal, flag, oneOf, text } from "../../tasks/options/schema.ts";
import { TranscriptionOptionsSchema } from "../../tasks/transcription.ts";

const RESPONSE_FORMATS = ["json", "text", "srt", "vtt", "verbose_json"] as const;
const GRANULARITIES = ["word", "segment"] as const;

const MAX_LANGUAGE_CHARACTERS = 35;

/** OpenAI's, and those of /v1/transcriptions but for `tokens` and `format`. */
export const AudioTranscriptionOptionsSchema = TranscriptionOptionsSchema.omit({
  tokens: true,
  format: true,
}).extend({
  response_format: oneOf(RESPONSE_FORMATS)
    .optional()
    .describe("How the answer is written. Default: json."),
  "timestamp_granularities[]": granularities()
    .optional()
    .describe("What response_format=verbose_json gives times of. Default: segment."),
  stream: flag()
    .optional()
    .describe(
      "Whether the answer is server-sent events, for response_format json or text. Default: false.",
    ),
  language: text()
    .max(MAX_LANGUAGE_CHARACTERS, `has to be at most ${MAX_LANGUAGE_CHARACTERS} characters`)
    .optional()
    .describe("Accepted, and changes nothing but its own repetition: a model has one language."),
  prompt: text()
    .optional()
    .describe("Accepted, and changes nothing. hot_words prefers words that are expected."),
  temperature: decimal(0, 1)
    .optional()
    .describe("Accepted, and changes nothing: nothing is drawn by chance."),
});

export type AudioTranscriptionOptions = z.output<typeof AudioTranscriptionOptionsSchema>;

/** Sent once or several times. */
function granularities() {
  const one = oneOf(GRANULARITIES);
  return z
    .preprocess((given) => (typeof given === "string" ? [given] : given), z.array(one))
    .meta({ type: "array", items: { type: "string", enum: [...GRANULARITIES] } });
}

/** @throws UndertoneError `invalid-option` for options that contradict each other. */
export function requireAnswerable(options: AudioTranscriptionOptions): void {
  const { response_format: format = "json", stream } = options;
  if (stream && format !== "json" && format !== "text") {
    throw invalidOption("stream", `is for response_format json or text, not ${format}`);
  }
  if (options["timestamp_granularities[]"] !== undefined && format !== "verbose_json") {
    throw invalidOption("timestamp_granularities[]", "is for response_format=verbose_json");
  }
}
