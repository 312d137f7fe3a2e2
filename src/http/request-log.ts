/** One log line per request: what was asked and how it ended, never what was sent. */
import type { MiddlewareHandler } from "hono";
import type { Platform } from "../platform/platform.ts";
import type { AppEnv } from "./context.ts";

/** Logs each request once its answer is ready (a streamed body may still be on its way). */
export function logRequests(platform: Platform): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const model = c.get("model");
    const problem = c.get("problem");
    const key = c.get("caller")?.keyId;
    const memory = c.get("memory");
    platform.log({
      level: c.res.status >= 500 ? "error" : "info",
      event: "request",
      request_id: c.get("requestId"),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ...(key && { key }),
      ...(problem && { problem }),
      ...(model && { model: model.id, weights: model.weights }),
      ...memory,
    });
  };
}
