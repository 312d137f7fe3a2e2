/** GET /openapi.json: the API as OpenAPI 3.1, made from the routes and their schemas. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Handler } from "hono";
import type { AppEnv } from "./context.ts";

const DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "Undertone",
    version: "1",
    description: "A clip in, WavLM features out.",
    license: { name: "MIT", identifier: "MIT" },
  },
};

/** Answers with the document of all routes that `app` has when it is asked. */
export function describeApi(app: OpenAPIHono<AppEnv>): Handler<AppEnv> {
  return (c) => c.json(app.getOpenAPI31Document(DOCUMENT));
}
