/** Parts of OpenAPI route descriptions that several routes share. */
import type { z } from "@hono/zod-openapi";
import { PROBLEM_MEDIA_TYPE } from "./problem.ts";
import { ProblemSchema } from "./schemas.ts";

/** A JSON body of one schema. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

const problem = {
  description: "A problem (RFC 9457)",
  content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } },
};

/** What every route may answer instead. */
export const PROBLEM_RESPONSES = { "4XX": problem, "5XX": problem } as const;
