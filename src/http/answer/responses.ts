/** Parts of OpenAPI route descriptions that several routes share. */
import { z } from "@hono/zod-openapi";
import { PROBLEM_MEDIA_TYPE } from "./problem.ts";
import { ProblemSchema } from "./problem-schema.ts";

/** Not a literal type: what the framework takes for JSON it wants to write itself. */
export const JSON_TYPE: string = "application/json";

/** A JSON body of one schema. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** Bodies of text, by media type, of their descriptions. */
export function texts(descriptions: Readonly<Record<string, string>>) {
  const entries = Object.entries(descriptions).map(([mediaType, description]) => [
    mediaType,
    { schema: z.string().describe(description) },
  ]);
  return Object.fromEntries(entries) as Record<string, { schema: z.ZodString }>;
}

const problem = {
  description: "A problem (RFC 9457)",
  headers: {
    "Retry-After": {
      description: "Seconds after which another try may succeed, if one may.",
      schema: { type: "integer" as const },
    },
  },
  content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } },
};

/** The problems that every route may answer with. */
export const PROBLEM_RESPONSES = { "4XX": problem, "5XX": problem } as const;
