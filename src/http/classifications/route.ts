/** POST /v1/classifications: what a clip is. */
import { classificationTask } from "../../tasks/classification.ts";
import type { Endpoint } from "../endpoint.ts";
import { taskEndpoint } from "../request/task-endpoint.ts";
import { ClassificationSchema } from "./schema.ts";

/** Answers with the labels of the model's classifier, best first. */
const classifyClip = taskEndpoint({
  path: "/v1/classifications",
  operationId: "classifyClip",
  summary: "Labels a clip",
  task: classificationTask,
  schema: ClassificationSchema,
  description: "The labels",
});

/** /v1/classifications. */
export const classifications: readonly Endpoint[] = [classifyClip];
