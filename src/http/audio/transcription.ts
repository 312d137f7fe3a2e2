/** POST /v1/audio/transcriptions: transcription as OpenAI's audio API has it. */
import { cuesOf } from "../../formats/segment-words.ts";
import { srt, vtt } from "../../formats/subtitles.ts";
import type { TranscriptionAnswer } from "../../tasks/answers.ts";
import type { Task } from "../../tasks/task.ts";
import { transcriptionTask } from "../../tasks/transcription.ts";
import type { TaskAnswer } from "../request/run-task.ts";
import { asJson, audioEndpoint, type WrittenAnswer } from "./endpoint.ts";
import {
  type AudioTranscriptionOptions,
  AudioTranscriptionOptionsSchema,
  requireAnswerable,
} from "./transcription-options.ts";
import { TranscriptionSchema } from "./transcription-schema.ts";
import { verboseSegments } from "./verbose-segments.ts";

type Answered = TaskAnswer<AudioTranscriptionOptions, TranscriptionAnswer>;

const task: Task<typeof AudioTranscriptionOptionsSchema, TranscriptionAnswer> = {
  ...transcriptionTask,
  options: AudioTranscriptionOptionsSchema,
  plan(manifest, options) {
    requireAnswerable(options);
    return transcriptionTask.plan(manifest, options);
  },
};

/** Answers in the form that `response_format` and `stream` ask for. */
export const transcribeAudio = audioEndpoint({
  path: "/v1/audio/transcriptions",
  operationId: "transcribeAudio",
  summary: "Transcribes a clip, as OpenAI's audio API does",
  task,
  ignored: ["language", "prompt", "temperature"],
  description: "What was said",
  schema: TranscriptionSchema,
  textDescriptions: {
    "text/plain": "The text and a line break, for response_format=text.",
    "application/x-subrip": "Subtitles in SubRip's format, for response_format=srt.",
    "text/vtt": "Subtitles in WebVTT, for response_format=vtt.",
    "text/event-stream":
      "For stream=true: events `transcript.text.delta`, one for each word, and `transcript.text.done`. They come once the clip has been computed.",
  },
  write(answer) {
    const { stream, response_format: format = "json" } = answer.options;
    return stream ? events(answer) : WRITERS[format](answer);
  },
});

const WRITERS: Readonly<
  Record<
    NonNullable<AudioTranscriptionOptions["response_format"]>,
    (answer: Answered) => WrittenAnswer
  >
> = {
  json: ({ body }) => asJson({ text: body.text, usage: usageOf(body) }),
  text: ({ body }) => ({ mediaType: "text/plain", text: `${body.text}\n` }),
  srt: ({ body }) => ({ mediaType: "application/x-subrip", text: srt(cuesOf(body.words)) }),
  vtt: ({ body }) => ({ mediaType: "text/vtt", text: vtt(cuesOf(body.words)) }),
  verbose_json: verbose,
};

function verbose({ body, options }: Answered): WrittenAnswer {
  const granularities = options["timestamp_granularities[]"] ?? ["segment"];
  const words = body.words.map(({ text, start, end }) => ({ word: text, start, end }));
  return asJson({
    task: "transcribe",
    language: options.language ?? UNDETERMINED,
    duration: body.audio.seconds,
    text: body.text,
    ...(granularities.includes("segment") && { segments: verboseSegments(body.words) }),
    ...(granularities.includes("word") && { words }),
    usage: usageOf(body),
  });
}

/** ISO 639-2. A model knows one language, and its pack does not say which. */
const UNDETERMINED = "und";

/** Server-sent events; the deltas joined are the text. */
function events({ body }: Answered): WrittenAnswer {
  const deltas = body.text.split(/(?= )/).filter((delta) => delta !== "");
  const all = [
    ...deltas.map((delta) => ({ type: "transcript.text.delta", delta })),
    { type: "transcript.text.done", text: body.text, usage: usageOf(body) },
  ];
  const text = all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return { mediaType: "text/event-stream", text: text.join("") };
}

function usageOf({ audio }: Answered["body"]) {
  return { type: "duration", seconds: Math.ceil(audio.seconds) };
}
