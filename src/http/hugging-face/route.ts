/** /hf/models: models in the shapes of Hugging Face's clients, which name a model, and often a task, by their URL alone. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { arrayTexts } from "../../formats/json.ts";
import { headOf } from "../../model/heads/head.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import type { Platform } from "../../platform/platform.ts";
import { ClipOptionsSchema } from "../../tasks/options/schema.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { JSON_TYPE, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { streamParts } from "../answer/stream.ts";
import type { AppEnv } from "../context.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { FILE } from "../request/clip-body.ts";
import { runTask } from "../request/run-task.ts";
import { LabelsSchema, labelTask } from "./classification.ts";
import { ExtractionSchema, extractionTask } from "./feature-extraction.ts";
import { IGNORED_PARAMETER, INPUTS_SCHEMA, type InputsBody, readInputs } from "./inputs.ts";
import { RecognitionSchema, recognitionTask } from "./transcription.ts";

const TASKS = [
  "automatic-speech-recognition",
  "audio-classification",
  "feature-extraction",
] as const;
type HuggingFaceTask = (typeof TASKS)[number];

const QuerySchema = ClipOptionsSchema.omit({ model: true });

const SHARED = {
  method: "post" as const,
  tags: ["hugging face"],
  responses: {
    200: {
      description: "Text, labels or numbers: the answer of the task",
      headers: ANSWER_HEADERS,
      content: {
        "application/json": {
          schema: z.union([RecognitionSchema, LabelsSchema, ExtractionSchema]),
        },
      },
    },
    ...PROBLEM_RESPONSES,
  },
};

const BODY = {
  required: true,
  content: {
    "application/octet-stream": { schema: FILE },
    "application/json": { schema: INPUTS_SCHEMA },
  },
};

/** Answers with what the model was trained for: text, labels, or else features. Throws what `answerTask` throws. */
const inferTask = endpoint({
  route: {
    ...SHARED,
    path: "/hf/models/{id}",
    operationId: "inferTask",
    summary: "Answers Hugging Face's clients with what the model was trained for",
    request: { params: z.object({ id: z.string() }), query: QuerySchema, body: BODY },
  },
  scope: keyWith("features"),
  handle: (platform) => async (c) => {
    const { id } = c.req.valid("param");
    const { manifest } = await platform.models.find(id);
    const options = { ...c.req.valid("query"), model: id };
    return (await answerTask(platform, c, taskOf(manifest), options)) as never;
  },
});

/** Answers with one task of a model. Throws what `answerTask` throws. */
const inferPipeline = endpoint({
  route: {
    ...SHARED,
    path: "/hf/models/{id}/pipeline/{task}",
    operationId: "inferPipeline",
    summary: "Answers Hugging Face's clients with one task of a model",
    request: {
      params: z.object({ id: z.string(), task: z.enum(TASKS) }),
      query: QuerySchema,
      body: BODY,
    },
  },
  scope: keyWith("features"),
  handle: (platform) => async (c) => {
    const { id, task } = c.req.valid("param");
    const options = { ...c.req.valid("query"), model: id };
    return (await answerTask(platform, c, task, options)) as never;
  },
});

function taskOf(manifest: PackManifest): HuggingFaceTask {
  if (headOf(manifest, "ctc") !== undefined) return "automatic-speech-recognition";
  if (headOf(manifest, "sequence-classification") !== undefined) return "audio-classification";
  return "feature-extraction";
}

/**
 * Runs the task and writes its answer.
 * @throws UndertoneError what `readInputs` and `runTask` throw.
 */
async function answerTask(
  platform: Platform,
  c: Context<AppEnv>,
  task: HuggingFaceTask,
  options: z.output<typeof ClipOptionsSchema>,
): Promise<Response> {
  const inputs = await readInputs(platform, c);
  if (task === "automatic-speech-recognition") {
    const { body, headers } = await runTask(platform, c, recognitionTask, options, inputs?.open);
    const { text, chunks } = body;
    return c.json({ text, ...(chunks && { chunks }) }, 200, { ...headers, ...ignoredBy(inputs) });
  }
  if (task === "audio-classification") {
    const { body, headers } = await runTask(platform, c, labelTask, options, inputs?.open);
    return c.json(body.labels, 200, { ...headers, ...ignoredBy(inputs) });
  }
  const { body, headers } = await runTask(platform, c, extractionTask, options, inputs?.open);
  const { data, rows, columns } = body.features;
  const texts = arrayTexts({ data, shape: [rows, columns] }, "f32");
  const stream = streamParts(c, encodeTexts(texts), NOTHING_COUNTED);
  return c.body(stream, 200, { ...headers, ...ignoredBy(inputs), "Content-Type": JSON_TYPE });
}

/** What a task computes is not counted as held. */
const NOTHING_COUNTED = { release() {} };

function* encodeTexts(texts: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const text of texts) yield encoder.encode(text);
}

function ignoredBy(inputs: InputsBody | null): Record<string, string> {
  return inputs?.isIgnoring ? { "X-Undertone-Ignored": IGNORED_PARAMETER } : {};
}

/** /hf/models. */
export const huggingFace: readonly Endpoint[] = [inferTask, inferPipeline];
