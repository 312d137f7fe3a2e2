/** Task automatic-speech-recognition of Hugging Face's clients. */
import { z } from "@hono/zod-openapi";
import { segmentWords, spanOf } from "../../formats/segment-words.ts";
import { oneOf } from "../../tasks/options/schema.ts";
import type { Task } from "../../tasks/task.ts";
import { TranscriptionOptionsSchema, transcriptionTask } from "../../tasks/transcription.ts";

export const RecognitionOptionsSchema = TranscriptionOptionsSchema.omit({
  tokens: true,
  format: true,
}).extend({
  return_timestamps: oneOf(["true", "false", "word"])
    .optional()
    .describe("true: times of segments; word: of words. Default: false."),
});

export const RecognitionSchema = z
  .object({
    text: z.string(),
    chunks: z
      .array(
        z.object({
          text: z.string(),
          timestamp: z.array(z.number()).describe("Start and end in seconds."),
        }),
      )
      .optional()
      .describe("If asked for."),
  })
  .openapi("SpeechRecognition");

type Recognition = z.output<typeof RecognitionSchema>;

export const recognitionTask: Task<typeof RecognitionOptionsSchema, Recognition> = {
  ...transcriptionTask,
  options: RecognitionOptionsSchema,
  texts: {},
  async answer(clip, manifest, options, languageModel) {
    const { text, words } = await transcriptionTask.answer(clip, manifest, options, languageModel);
    const { return_timestamps: times = "false" } = options;
    if (times === "false") return { text };
    const spans = times === "word" ? words : segmentWords(words).map(spanOf);
    const chunks = spans.map(({ text, start, end }) => ({ text, timestamp: [start, end] }));
    return { text, chunks };
  },
};
