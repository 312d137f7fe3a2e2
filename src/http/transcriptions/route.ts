/** POST /v1/transcriptions: what was said in a clip. */
import type { Platform } from "../../platform/platform.ts";
import { TranscriptionOptionsSchema, transcriptionTask } from "../../tasks/transcription.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { runTask } from "../request/run-task.ts";
import { TranscriptionSchema } from "./schema.ts";

/**
 * Answers with text and words, decoded from the model's CTC head.
 * @throws UndertoneError what `runTask` throws.
 */
export const transcribeClip = endpoint({
  route: {
    method: "post",
    path: "/v1/transcriptions",
    operationId: "transcribeClip",
    summary: "Transcribes a clip, with word times",
    tags: ["tasks"],
    request: { query: TranscriptionOptionsSchema, body: clipBody(TranscriptionOptionsSchema) },
    responses: {
      200: { ...json(TranscriptionSchema, "What was said"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle(platform: Platform) {
    return async (c) => {
      const { body, headers } = await runTask(platform, c, transcriptionTask, c.req.valid("query"));
      return c.json(body, 200, headers);
    };
  },
});

/** /v1/transcriptions. */
export const transcriptions: readonly Endpoint[] = [transcribeClip];
