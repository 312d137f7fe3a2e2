/** Schemas of problems (RFC 9457). */
import { z } from "@hono/zod-openapi";

/** GET /problems/:slug. */
export const ProblemTypeSchema = z
  .object({ type: z.string(), title: z.string(), status: z.number().int() })
  .openapi("ProblemType");

/** Every refusal: RFC 9457, with members of its own for some types. */
export const ProblemSchema = z
  .looseObject({
    ...ProblemTypeSchema.shape,
    detail: z.string().describe("What went wrong and what to do about it."),
    instance: z.string().describe("The request id."),
    error: z
      .union([
        z.string(),
        z.object({
          message: z.string(),
          type: z.string(),
          param: z.string().nullable().describe("The option that it is about."),
          code: z.string().describe("The last part of the problem's type."),
        }),
      ])
      .describe("The same for SDKs: as OpenAI's API has it; below /hf, the sentence alone."),
  })
  .openapi("Problem");
