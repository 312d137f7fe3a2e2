/** The Cloudflare Worker: wrangler.toml's main. */
import type { ExecutionContext } from "@cloudflare/workers-types";
import { Hono } from "hono";
import { createApp } from "../src/app.ts";
import { UndertoneError } from "../src/errors.ts";
import type { AppEnv } from "../src/http/context.ts";
import { problemResponse } from "../src/http/problem.ts";
import { identifyRequest } from "../src/http/request-id.ts";
import { type CloudflareBindings, cloudflarePlatform, log } from "../src/platform/cloudflare.ts";

let app: Hono<AppEnv> | undefined;

export default {
  async fetch(
    request: Request,
    bindings: CloudflareBindings,
    context: ExecutionContext,
  ): Promise<Response> {
    app ??= deploy(bindings);
    const response = Promise.resolve(app.fetch(request, bindings));
    // Others may be waiting for what this request loads, or for their turn after it; if the client left, workerd would drop
    // it half-way and never tell it (https://github.com/cloudflare/workerd/pull/5062).
    context.waitUntil(response);
    return await response;
  },
};

/** A deployment that is set up wrongly logs the reason once and answers every request with it. */
function deploy(bindings: CloudflareBindings): Hono<AppEnv> {
  try {
    return createApp(cloudflarePlatform(bindings));
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    log({ level: "error", event: "misconfigured", message: error.message });
    return new Hono<AppEnv>().use(identifyRequest).all("*", (c) => problemResponse(error, c));
  }
}
