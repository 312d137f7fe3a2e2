/** GET /problems/:slug: what the `type` of a problem leads to. */
import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { PUBLIC } from "../access/access.ts";
import { PROBLEM_TYPES } from "../answer/problem-types.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { ProblemTypeSchema } from "../answer/schemas/answers.ts";
import type { AppEnv } from "../context.ts";

export const problemTypeRoute = createRoute({
  method: "get",
  path: "/problems/{slug}",
  operationId: "getProblemType",
  summary: "Gets the status and title of a problem type",
  tags: ["service"],
  security: PUBLIC,
  request: { params: z.object({ slug: z.string() }) },
  responses: { 200: json(ProblemTypeSchema, "The type of problem"), ...PROBLEM_RESPONSES },
});

/** Answers with the type's title and status, or `not-found`. */
export const getProblemType: RouteHandler<typeof problemTypeRoute, AppEnv> = (c) => {
  const { slug } = c.req.valid("param");
  const type = Object.entries(PROBLEM_TYPES).find(([known]) => known === slug)?.[1];
  if (type === undefined)
    throw new UndertoneError("not-found", `There is no problem type ${slug}.`);
  return c.json(
    { type: `/problems/${slug}`, title: type.title, status: type.status as number },
    200,
  );
};
