/** Endpoints below /v1/audio: a task in the shapes of OpenAI's audio API and of what extends it. */
import type { z } from "@hono/zod-openapi";
import type { Task, TaskOptionsSchema } from "../../tasks/task.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS, headersOf } from "../answer/headers.ts";
import { JSON_TYPE, PROBLEM_RESPONSES, texts } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipContent } from "../request/clip-body.ts";
import { runTask, type TaskAnswer } from "../request/run-task.ts";

const IGNORED_HEADER = "X-Undertone-Ignored";

/** An answer as it is sent. */
export interface WrittenAnswer {
  readonly mediaType: string;
  readonly text: string;
}

/** A task, how its answer is written, and how OpenAPI describes it. */
export interface AudioEndpointParts<Schema extends TaskOptionsSchema, Answer> {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly task: Task<Schema, Answer>;
  /** Options that are accepted and change nothing. */
  readonly ignored: readonly (keyof z.output<Schema> & string)[];
  readonly description: string;
  /** The JSON answer. */
  readonly schema: z.ZodType;
  /** Of answers in another form, by their media type. */
  readonly textDescriptions: Readonly<Record<string, string>>;
  write(answer: TaskAnswer<z.output<Schema>, Answer>): WrittenAnswer;
}

/** Makes an endpoint; it throws what `runTask` throws. */
export function audioEndpoint<Schema extends TaskOptionsSchema, Answer>({
  task,
  ignored,
  description,
  schema,
  textDescriptions,
  write,
  ...described
}: AudioEndpointParts<Schema, Answer>): Endpoint {
  const names = ignored.join(", ");
  return endpoint({
    route: {
      method: "post",
      ...described,
      tags: ["audio"],
      request: {
        query: task.options,
        body: { required: true, content: clipContent(task.options) },
      },
      responses: {
        200: {
          description,
          headers: {
            ...ANSWER_HEADERS,
            ...headersOf({
              [IGNORED_HEADER]: `Those of ${names} that were given: they change nothing.`,
            }),
          },
          content: { "application/json": { schema }, ...texts(textDescriptions) },
        },
        ...PROBLEM_RESPONSES,
      },
    },
    scope: keyWith("features"),
    // The framework cannot see the types of schemas that are not known yet: `task.options` has parsed the query.
    handle: (platform) => async (c) => {
      const query = c.req.valid("query" as never) as z.output<Schema>;
      const answer = await runTask(platform, c, task, query);
      const given = ignored.filter((name) => answer.options[name] !== undefined);
      const { mediaType, text } = write(answer);
      return c.body(text, 200, {
        ...answer.headers,
        ...(given.length > 0 && { [IGNORED_HEADER]: given.join(", ") }),
        "Content-Type": mediaType === JSON_TYPE ? mediaType : `${mediaType}; charset=UTF-8`,
      }) as never;
    },
  });
}

/** An answer in JSON. */
export function asJson(body: object): WrittenAnswer {
  return { mediaType: JSON_TYPE, text: JSON.stringify(body) };
}
