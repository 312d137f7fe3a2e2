/** The endpoint of a task of one clip. */
import type { z } from "@hono/zod-openapi";
import { clipName } from "../../formats/clip-name.ts";
import type { Task, TaskOptionsSchema } from "../../tasks/task.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { PROBLEM_RESPONSES, texts } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "./clip-body.ts";
import { runTask } from "./run-task.ts";

/** A task, and how OpenAPI describes it. */
export interface TaskEndpointParts<Schema extends TaskOptionsSchema, Answer> {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly task: Task<Schema, Answer>;
  /** Of the whole answer, that of the clip included. */
  readonly schema: z.ZodType;
  /** The description of the answer. */
  readonly description: string;
  /** Of answers in another form than JSON, by their media type. */
  readonly textDescriptions?: Readonly<Record<string, string>>;
}

/** Makes an endpoint that runs a task on the clip of a request; it throws what `runTask` throws. */
export function taskEndpoint<Schema extends TaskOptionsSchema, Answer extends object>({
  task,
  schema,
  description,
  textDescriptions = {},
  ...described
}: TaskEndpointParts<Schema, Answer>): Endpoint {
  return endpoint({
    route: {
      method: "post",
      ...described,
      tags: ["tasks"],
      request: { query: task.options, body: clipBody(task.options) },
      responses: {
        200: {
          description,
          headers: ANSWER_HEADERS,
          content: { "application/json": { schema }, ...texts(textDescriptions) },
        },
        ...PROBLEM_RESPONSES,
      },
    },
    scope: keyWith("features"),
    // The framework cannot see the types of schemas that are not known yet: `task.options` has parsed the query.
    handle: (platform) => async (c) => {
      const query = c.req.valid("query" as never) as z.output<Schema>;
      const { body, headers, options, fileName } = await runTask(platform, c, task, query);
      const { format } = options as { readonly format?: string };
      const text = format === undefined ? undefined : task.texts[format];
      if (text === undefined) return c.json(body as object, 200, headers) as never;
      return c.body(text.write(body, clipName(fileName)), 200, {
        ...headers,
        "Content-Type": `${text.mediaType}; charset=UTF-8`,
      }) as never;
    },
  });
}
