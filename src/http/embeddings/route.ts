/** POST /v1/embeddings: one vector for a clip. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Platform } from "../../platform/platform.ts";
import { EmbeddingOptionsSchema, embeddingTask } from "../../tasks/embedding.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { runTask } from "../answer/run-task.ts";
import { EmbeddingSchema } from "../answer/schemas/tasks.ts";
import type { AppEnv } from "../context.ts";
import { clipBody } from "../request/clip-body.ts";

export const embeddingsRoute = createRoute({
  method: "post",
  path: "/v1/embeddings",
  operationId: "computeEmbedding",
  summary: "Computes one vector for a clip",
  tags: ["tasks"],
  security: keyWith("features"),
  request: { query: EmbeddingOptionsSchema, body: clipBody(EmbeddingOptionsSchema) },
  responses: {
    200: { ...json(EmbeddingSchema, "The vector"), headers: ANSWER_HEADERS },
    ...PROBLEM_RESPONSES,
  },
});

/**
 * Answers with the speaker's embedding where the model has a head for it, else with pooled features.
 * @throws UndertoneError what `runTask` throws.
 */
export function computeEmbedding(platform: Platform): RouteHandler<typeof embeddingsRoute, AppEnv> {
  return async (c) => {
    const { body, headers } = await runTask(platform, c, embeddingTask, c.req.valid("query"));
    return c.json(body, 200, headers);
  };
}
