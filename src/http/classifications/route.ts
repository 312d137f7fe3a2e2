/** POST /v1/classifications: what a clip is. */
import type { Platform } from "../../platform/platform.ts";
import { ClassificationOptionsSchema, classificationTask } from "../../tasks/classification.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { runTask } from "../request/run-task.ts";
import { ClassificationSchema } from "./schema.ts";

/**
 * Answers with the labels of the model's classifier, best first.
 * @throws UndertoneError what `runTask` throws.
 */
export const classifyClip = endpoint({
  route: {
    method: "post",
    path: "/v1/classifications",
    operationId: "classifyClip",
    summary: "Labels a clip",
    tags: ["tasks"],
    request: { query: ClassificationOptionsSchema, body: clipBody(ClassificationOptionsSchema) },
    responses: {
      200: { ...json(ClassificationSchema, "The labels"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle(platform: Platform) {
    return async (c) => {
      const { body, headers } = await runTask(
        platform,
        c,
        classificationTask,
        c.req.valid("query"),
      );
      return c.json(body, 200, headers);
    };
  },
});

/** /v1/classifications. */
export const classifications: readonly Endpoint[] = [classifyClip];
