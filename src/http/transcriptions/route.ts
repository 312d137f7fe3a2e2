/** POST /v1/transcriptions: what was said in a clip. */
import { transcriptionTask } from "../../tasks/transcription.ts";
import type { Endpoint } from "../endpoint.ts";
import { taskEndpoint } from "../request/task-endpoint.ts";
import { TranscriptionSchema } from "./schema.ts";

/** Answers with text and words, decoded from the model's CTC head, as JSON, text or subtitles. */
const transcribeClip = taskEndpoint({
  path: "/v1/transcriptions",
  operationId: "transcribeClip",
  summary: "Transcribes a clip, with word times",
  task: transcriptionTask,
  schema: TranscriptionSchema,
  description: "What was said",
  textDescriptions: {
    "text/plain": "The text and a line break, for format=txt.",
    "application/x-subrip": "Subtitles in SubRip's format, for format=srt.",
    "text/vtt": "Subtitles in WebVTT, for format=vtt.",
  },
});

/** /v1/transcriptions. */
export const transcriptions: readonly Endpoint[] = [transcribeClip];
