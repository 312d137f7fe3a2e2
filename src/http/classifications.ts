/** POST /v1/classifications: what a clip is. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Platform } from "../platform/platform.ts";
import { keyWith } from "./access.ts";
import { ANSWER_HEADERS } from "./answer-headers.ts";
import { clipBody } from "./clip-body.ts";
import type { AppEnv } from "./context.ts";
import { json, PROBLEM_RESPONSES } from "./responses.ts";
import { runTask } from "./run-task.ts";
import { ClassificationSchema } from "./task-schemas.ts";
import { ClassificationOptionsSchema, classificationTask } from "./tasks/classification.ts";

export const classificationsRoute = createRoute({
  method: "post",
  path: "/v1/classifications",
  operationId: "classifyClip",
  summary: "Labels a clip",
  tags: ["tasks"],
  security: keyWith("features"),
  request: { query: ClassificationOptionsSchema, body: clipBody(ClassificationOptionsSchema) },
  responses: {
    200: { ...json(ClassificationSchema, "The labels"), headers: ANSWER_HEADERS },
    ...PROBLEM_RESPONSES,
  },
});

/**
 * Answers with the labels of the model's classifier, best first.
 * @throws UndertoneError what `runTask` throws.
 */
export function classifyClip(
  platform: Platform,
): RouteHandler<typeof classificationsRoute, AppEnv> {
  return async (c) => {
    const { body, headers } = await runTask(platform, c, classificationTask, c.req.valid("query"));
    return c.json(body, 200, headers);
  };
}
