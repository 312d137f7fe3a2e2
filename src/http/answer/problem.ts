/** Turns errors into RFC 9457 problem+json. */
import type { Context, ErrorHandler } from "hono";
import { UndertoneError } from "../../errors.ts";
import type { JobProblem } from "../../jobs/job.ts";
import type { LogEntry } from "../../log.ts";
import type { Platform } from "../../platform/platform.ts";
import type { AppEnv } from "../context.ts";
import { errorMember } from "./error-member.ts";
import { PROBLEM_TYPES } from "./problem-types.ts";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** Answers any error with a problem; what is not an UndertoneError is logged and told to nobody else. */
export function answerProblem(platform: Platform): ErrorHandler<AppEnv> {
  return (error, c) => {
    if (error instanceof UndertoneError) return problemResponse(error, c);
    platform.log(describeUnexpected(error, c));
    return problemResponse(
      new UndertoneError(
        "internal",
        "An unexpected error occurred. Trying again may help; if not, report it with the instance given here.",
        {},
        { cause: error },
      ),
      c,
    );
  };
}

/** The RFC 9457 answer of one error; `instance` is the request id, so that a report leads to the log line. */
export function problemResponse(
  error: UndertoneError,
  c: Context<AppEnv>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status, retryAfterSeconds: usual } = PROBLEM_TYPES[error.slug];
  const retryAfterSeconds = error.extensions.retryAfterSeconds ?? usual;
  c.set("problem", error.slug);
  const { slug, message: detail, extensions } = error;
  const members = problemMembers({ slug, detail, extensions });
  const problem = {
    ...members,
    instance: c.get("requestId"),
    error: errorMember({ slug, detail, extensions }, status, c.req.path),
  };
  return c.body(JSON.stringify(problem), status, {
    "Content-Type": PROBLEM_MEDIA_TYPE,
    ...(retryAfterSeconds !== undefined && { "Retry-After": String(retryAfterSeconds) }),
    // RFC 9110 §15.5.9; what is left of the body would come as slowly.
    ...(status === 408 && { Connection: "close" }),
    ...headers,
  });
}

/** The members of a problem, whenever it happened; the standard ones come first and cannot be overridden. */
export function problemMembers({ slug, detail, extensions }: JobProblem) {
  const { status, title } = PROBLEM_TYPES[slug];
  const members = { type: `/problems/${slug}`, title, status: status as number, detail };
  return { ...members, ...snakeCased(extensions), ...members };
}

/** Members are named as everywhere in the API's JSON, whatever the code calls them. */
function snakeCased(extensions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const rename = (name: string) => name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(extensions).map(([name, value]) => [rename(name), value]),
  );
}

function describeUnexpected(error: Error, c: Context<AppEnv>): LogEntry {
  return {
    level: "error",
    event: "unexpected-error",
    request_id: c.get("requestId"),
    method: c.req.method,
    path: c.req.path,
    error: error.name,
    message: error.message,
    stack: error.stack,
  };
}
