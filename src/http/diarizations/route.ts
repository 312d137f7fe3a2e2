/** POST /v1/diarizations: who speaks when. */
import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import { rttm } from "../../formats/rttm.ts";
import type { Platform } from "../../platform/platform.ts";
import { DiarizationOptionsSchema, diarizationTask } from "../../tasks/diarization.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { runTask } from "../answer/run-task.ts";
import { DiarizationSchema } from "../answer/schemas/tasks.ts";
import type { AppEnv } from "../context.ts";
import { clipBody } from "../request/clip-body.ts";
import { clipName } from "../request/form/file-name.ts";

/** What RTTM calls a clip that is the request's body. */
const UNNAMED_CLIP = "clip";

export const diarizationsRoute = createRoute({
  method: "post",
  path: "/v1/diarizations",
  operationId: "diarizeClip",
  summary: "Finds who speaks when",
  tags: ["tasks"],
  security: keyWith("features"),
  request: { query: DiarizationOptionsSchema, body: clipBody(DiarizationOptionsSchema) },
  responses: {
    200: {
      description: "Who speaks when",
      headers: ANSWER_HEADERS,
      content: {
        "application/json": { schema: DiarizationSchema },
        "text/plain": {
          schema: z
            .string()
            .describe("RTTM: a SPEAKER line for each segment, with the name of the uploaded file."),
        },
      },
    },
    ...PROBLEM_RESPONSES,
  },
});

/**
 * Answers with the segments of each speaker, as JSON or RTTM.
 * @throws UndertoneError what `runTask` throws.
 */
export function diarizeClip(platform: Platform): RouteHandler<typeof diarizationsRoute, AppEnv> {
  return async (c) => {
    const query = c.req.valid("query");
    const { body, headers, options, fileName } = await runTask(platform, c, diarizationTask, query);
    if (options.format !== "rttm") return c.json(body, 200, headers);
    const name = clipName(fileName ?? "");
    return c.text(rttm(body.segments, name === "" ? UNNAMED_CLIP : name), 200, headers);
  };
}
