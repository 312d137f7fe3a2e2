/** GET /openapi.json: the API as OpenAPI 3.1, made from the routes and their schemas. */
import { createRoute, type OpenAPIHono, type RouteHandler } from "@hono/zod-openapi";
import { PUBLIC, SECURITY_SCHEMES } from "./access.ts";
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

/** Not a literal type: what the framework takes for JSON it wants to write itself, each time. */
const JSON_TYPE: string = "application/json";
const MAX_AGE_SECONDS = 300;

export const openApiRoute = createRoute({
  method: "get",
  path: "/openapi.json",
  operationId: "getOpenApi",
  summary: "This document",
  security: PUBLIC,
  responses: {
    200: { description: "OpenAPI 3.1", content: { [JSON_TYPE]: { schema: { type: "object" } } } },
  },
});

/** Answers with the document of all routes that `app` has when it is first asked; pages of any origin may read it. */
export function describeApi(app: OpenAPIHono<AppEnv>): RouteHandler<typeof openApiRoute, AppEnv> {
  let text: string | undefined;
  return (c) => {
    text ??= JSON.stringify(documentOf(app));
    return c.body(text, 200, {
      "Content-Type": JSON_TYPE,
      "Access-Control-Allow-Origin": "*",
      "Cache-Control": `public, max-age=${MAX_AGE_SECONDS}`,
    });
  };
}

function documentOf(app: OpenAPIHono<AppEnv>) {
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  return app.getOpenAPI31Document(DOCUMENT);
}
