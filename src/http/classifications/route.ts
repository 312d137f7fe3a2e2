/** POST /v1/classifications: what a clip is. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Platform } from "../../platform/platform.ts";
import { ClassificationOptionsSchema, classificationTask } from "../../tasks/classification.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { runTask } from "../answer/run-task.ts";
import { ClassificationSchema } from "../answer/schemas/tasks.ts";
import type { AppEnv } from "../context.ts";
import { clipBody } from "../request/clip-body.ts";

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
