/** POST /v1/transcriptions: what was said in a clip. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Platform } from "../../platform/platform.ts";
import { TranscriptionOptionsSchema, transcriptionTask } from "../../tasks/transcription.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { runTask } from "../answer/run-task.ts";
import { TranscriptionSchema } from "../answer/schemas/tasks.ts";
import type { AppEnv } from "../context.ts";
import { clipBody } from "../request/clip-body.ts";

export const transcriptionsRoute = createRoute({
  method: "post",
  path: "/v1/transcriptions",
  operationId: "transcribeClip",
  summary: "Transcribes a clip, with word times",
  tags: ["tasks"],
  security: keyWith("features"),
  request: { query: TranscriptionOptionsSchema, body: clipBody(TranscriptionOptionsSchema) },
  responses: {
    200: { ...json(TranscriptionSchema, "What was said"), headers: ANSWER_HEADERS },
    ...PROBLEM_RESPONSES,
  },
});

/**
 * Answers with text and words, decoded from the model's CTC head.
 * @throws UndertoneError what `runTask` throws.
 */
export function transcribeClip(
  platform: Platform,
): RouteHandler<typeof transcriptionsRoute, AppEnv> {
  return async (c) => {
    const { body, headers } = await runTask(platform, c, transcriptionTask, c.req.valid("query"));
    return c.json(body, 200, headers);
  };
}
