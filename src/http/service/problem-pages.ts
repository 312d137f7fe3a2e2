/** GET /problems/:slug: what the `type` of a problem leads to. */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { PUBLIC } from "../access/access.ts";
import { ProblemTypeSchema } from "../answer/problem-schema.ts";
import { PROBLEM_TYPES } from "../answer/problem-types.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";

/** Answers with the type's title and status, or `not-found`. */
export const getProblemType = endpoint({
  route: {
    method: "get",
    path: "/problems/{slug}",
    operationId: "getProblemType",
    summary: "Gets the status and title of a problem type",
    tags: ["service"],
    request: { params: z.object({ slug: z.string() }) },
    responses: { 200: json(ProblemTypeSchema, "The type of problem"), ...PROBLEM_RESPONSES },
  },
  scope: PUBLIC,
  handle: () => (c) => {
    const { slug } = c.req.valid("param");
    const type = Object.entries(PROBLEM_TYPES).find(([known]) => known === slug)?.[1];
    if (type === undefined)
      throw new UndertoneError("not-found", `There is no problem type ${slug}.`);
    return c.json(
      { type: `/problems/${slug}`, title: type.title, status: type.status as number },
      200,
    );
  },
});
