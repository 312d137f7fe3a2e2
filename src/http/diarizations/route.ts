/** POST /v1/diarizations: who speaks when. */
import { z } from "@hono/zod-openapi";
import { rttm } from "../../formats/rttm.ts";
import { DiarizationOptionsSchema, diarizationTask } from "../../tasks/diarization.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { clipName } from "../request/form/file-name.ts";
import { runTask } from "../request/run-task.ts";
import { DiarizationSchema } from "./schema.ts";

/** The name in RTTM of a clip that is the request's body. */
const UNNAMED_CLIP = "clip";

/**
 * Answers with the segments of each speaker, as JSON or RTTM.
 * @throws UndertoneError what `runTask` throws.
 */
export const diarizeClip = endpoint({
  route: {
    method: "post",
    path: "/v1/diarizations",
    operationId: "diarizeClip",
    summary: "Finds who speaks when",
    tags: ["tasks"],
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
              .describe(
                "RTTM: a SPEAKER line for each segment, with the name of the uploaded file.",
              ),
          },
        },
      },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle(platform) {
    return async (c) => {
      const query = c.req.valid("query");
      const { body, headers, options, fileName } = await runTask(
        platform,
        c,
        diarizationTask,
        query,
      );
      if (options.format !== "rttm") return c.json(body, 200, headers);
      const name = clipName(fileName ?? "");
      return c.text(rttm(body.segments, name === "" ? UNNAMED_CLIP : name), 200, headers);
    };
  },
});

/** /v1/diarizations. */
export const diarizations: readonly Endpoint[] = [diarizeClip];
