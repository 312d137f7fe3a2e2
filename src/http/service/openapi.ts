/** GET /openapi.json: the API as OpenAPI 3.1, made from the routes and their schemas. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { PUBLIC, SECURITY_SCHEMES } from "../access/access.ts";
import { JSON_TYPE, PROBLEM_RESPONSES } from "../answer/responses.ts";
import type { AppEnv } from "../context.ts";
import { endpoint } from "../endpoint.ts";
import { DOCUMENT } from "./document.ts";

const MAX_AGE_SECONDS = 300;

/** Answers with the document of all routes that `app` has when it is first asked; pages of any origin may read it. */
export const describeApi = endpoint({
  route: {
    method: "get",
    path: "/openapi.json",
    operationId: "getOpenApi",
    summary: "Gets this document",
    tags: ["service"],
    responses: {
      200: { description: "OpenAPI 3.1", content: { [JSON_TYPE]: { schema: { type: "object" } } } },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: PUBLIC,
  handle(_platform, app) {
    return (c) =>
      c.body(openApiDocument(app), 200, {
        "Content-Type": JSON_TYPE,
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": `public, max-age=${MAX_AGE_SECONDS}`,
      });
  },
});

const documents = new WeakMap<OpenAPIHono<AppEnv>, string>();

/** The OpenAPI document of an app's routes as JSON. It is made once, which holds the thread for some 50 ms. */
export function openApiDocument(app: OpenAPIHono<AppEnv>): string {
  const document = documents.get(app) ?? JSON.stringify(makeDocument(app));
  documents.set(app, document);
  return document;
}

function makeDocument(app: OpenAPIHono<AppEnv>) {
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  return app.getOpenAPI31Document(DOCUMENT);
}
