/** POST /v1/hooks/:name: another service's webhook in, a job out. */
import { z } from "@hono/zod-openapi";
import { takeHookRequest } from "../../hooks/take-request.ts";
import { MAX_HOOK_BYTES } from "../../platform/settings.ts";
import { HOOK_SIGNATURE } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { readBody } from "../request/body/body.ts";

const HookAnswerSchema = z
  .object({
    job: z.string().meta({ description: "The id of the job that the event made." }),
    seen: z.boolean().meta({ description: "Whether the event had come before." }),
  })
  .openapi("HookAnswer");

/**
 * Verifies the request as the hook says and submits its job; an event seen before is answered 200 without work.
 * @throws UndertoneError what `readBody` and `takeHookRequest` throw.
 */
export const callHook = endpoint({
  route: {
    method: "post",
    path: "/v1/hooks/{name}",
    operationId: "callHook",
    summary: "Receives a webhook of another service and submits a job for its clip",
    tags: ["jobs"],
    request: {
      params: z.object({ name: z.string() }),
      body: {
        required: true,
        description: "The sender's own JSON or form; the hook was told where the clip is in it.",
        content: {
          "application/json": { schema: {} },
          "application/x-www-form-urlencoded": { schema: {} },
        },
      },
    },
    responses: {
      200: json(HookAnswerSchema, "The event had come before; nothing was done"),
      202: json(HookAnswerSchema, "The event made a job"),
      ...PROBLEM_RESPONSES,
    },
  },
  scope: HOOK_SIGNATURE,
  handle(platform) {
    const { settings } = platform;
    return async (c) => {
      const maxBytes = Math.min(settings.maxClipBytes, MAX_HOOK_BYTES);
      const { pathname, search, origin } = new URL(c.req.url);
      const publicOrigin = settings.publicOrigin || origin;
      const arriving = {
        url: `${publicOrigin}${pathname}${search}`,
        headers: c.req.raw.headers,
        nowMs: platform.now(),
        readBody: () => readBody(c.req.raw, maxBytes, c.get("bodyTerms")),
      };
      const { name } = c.req.valid("param");
      const { jobId, isNew } = await takeHookRequest(platform, name, arriving, publicOrigin);
      const answer = { job: jobId, seen: !isNew };
      const headers = { Location: `/v1/jobs/${jobId}` };
      return isNew ? c.json(answer, 202, headers) : c.json(answer, 200, headers);
    };
  },
});

/** /v1/hooks. */
export const hooks: readonly Endpoint[] = [callHook];
