/** The tools of the MCP endpoint: tasks over clips that are named by URL or sent as base64. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Platform } from "../../platform/platform.ts";
import { ComparisonOptionsSchema } from "../../tasks/comparison.ts";
import { DiarizationOptionsSchema, diarizationTask } from "../../tasks/diarization.ts";
import { EmbeddingOptionsSchema, embeddingTask } from "../../tasks/embedding.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import type { Task, TaskOptionsSchema } from "../../tasks/task.ts";
import { TranscriptionOptionsSchema, transcriptionTask } from "../../tasks/transcription.ts";
import { answerPair } from "../comparisons/answer.ts";
import type { AppEnv } from "../context.ts";
import { fieldsOf } from "../request/clip-urls.ts";
import { openInlineClip } from "../request/inline-clip.ts";
import { runTask } from "../request/run-task.ts";

/** Arguments of a call, as they came. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What a model can do with clips. */
export interface Tool {
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: object;
  /** The members of the answer, as the task's own endpoint gives them. */
  call(platform: Platform, c: Context<AppEnv>, given: Arguments): Promise<object>;
}

const CLIP = "The clip: an https URL, a data: URL or base64.";

/** All of them by name. */
export const TOOLS: Readonly<Record<string, Tool>> = {
  transcribe: clipTool(
    "Transcribes speech, with the time of each word. Needs a model with a CTC head.",
    {
      ...transcriptionTask,
      options: TranscriptionOptionsSchema.omit({ tokens: true, format: true }),
    },
  ),
  embed: clipTool(
    "Computes one vector for a clip: of the speaker if the model has a head for it, else pooled features.",
    { ...embeddingTask, options: EmbeddingOptionsSchema },
  ),
  compare: {
    description:
      "Compares the speakers of two clips: the cosine of their embeddings, and a decision if the model has a threshold. Needs a model with a speaker head.",
    inputSchema: schemaOf(ComparisonOptionsSchema, { a: CLIP, b: CLIP }),
    async call(platform, c, { a, b, ...options }) {
      const fields = fieldsOf(options);
      const open = (member: string, text: unknown) =>
        openClip(platform, c, { member, text, fields });
      const opened = { a: open("a", a), b: open("b", b) };
      const clips = { a: opened.a.clip, b: opened.b.clip };
      try {
        return (await answerPair(platform, c, { clips, fields }, {})).body;
      } finally {
        await Promise.all([opened.a.leave?.(), opened.b.leave?.()]);
      }
    },
  },
  diarize: clipTool(
    "Finds who speaks when: segments of each speaker in seconds. Needs a model with a diarization head.",
    {
      ...diarizationTask,
      options: DiarizationOptionsSchema.omit({ format: true, probabilities: true }),
    },
  ),
};

function clipTool<Schema extends TaskOptionsSchema, Answer>(
  description: string,
  task: Task<Schema, Answer>,
): Tool {
  return {
    description,
    inputSchema: schemaOf(task.options, { audio: CLIP }),
    async call(platform, c, { audio, ...options }) {
      const fields = fieldsOf(options);
      const open = () => openClip(platform, c, { member: "audio", text: audio, fields });
      return (await runTask(platform, c, task, {} as z.output<Schema>, open)).body;
    },
  };
}

/** @throws UndertoneError `invalid-option` for a clip that is no text, and what `openInlineClip` throws. */
function openClip(
  platform: Platform,
  c: Context<AppEnv>,
  { member, text, fields }: { member: string; text: unknown; fields: ReturnType<typeof fieldsOf> },
) {
  if (typeof text !== "string") {
    throw invalidOption(member, "has to be an https URL of a clip, a data: URL or base64");
  }
  const from = { request: c.req.raw, terms: c.get("bodyTerms") };
  return openInlineClip(platform, from, { member, text, fields });
}

function schemaOf(options: z.ZodObject, clips: Readonly<Record<string, string>>) {
  const described = Object.entries(clips).map(([name, description]) => [
    name,
    { type: "string", description },
  ]);
  return {
    type: "object",
    required: Object.keys(clips),
    properties: {
      ...Object.fromEntries(described),
      ...z.toJSONSchema(options, { io: "input" }).properties,
    },
    additionalProperties: false,
  };
}
