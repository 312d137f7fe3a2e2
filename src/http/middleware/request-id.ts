/** Gives every request an id: the client's own where it is safe to repeat in headers and logs. */
import type { MiddlewareHandler } from "hono";
import { requestId } from "hono/request-id";
import type { AppEnv } from "../context.ts";

const MAX_REQUEST_ID_CHARACTERS = 128;

/**
 * Takes `X-Request-Id` if it is letters, digits, `_`, `-` and `=` of at most 128 characters, else makes a UUID; answers
 * with the same header.
 */
export const identifyRequest: MiddlewareHandler<AppEnv> = requestId({
  limitLength: MAX_REQUEST_ID_CHARACTERS,
});
