/** Requests that no route takes: unknown addresses, known addresses with other methods, and OPTIONS. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { UndertoneError } from "../../errors.ts";
import type { AppEnv } from "../context.ts";
import { problemResponse } from "./problem.ts";

/** Answers 404; it must not throw, for `refuseOtherMethods` passes over requests that failed. */
export function unknownAddress(c: Context<AppEnv>): Response {
  return problemResponse(
    new UndertoneError(
      "not-found",
      `There is nothing at ${c.req.path}. GET /openapi.json lists the addresses.`,
    ),
    c,
  );
}

/** Answers OPTIONS with the methods of the address, and any other method that it does not take with 405. */
export function refuseOtherMethods(app: OpenAPIHono<AppEnv>): MiddlewareHandler<AppEnv> {
  return methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allow = [...methods, "OPTIONS"];
      const headers = { Allow: allow.join(", ") };
      if (c.req.method === "OPTIONS") {
        c.set("problem", undefined);
        return new Response(null, { status: 204, headers });
      }
      const detail = `${c.req.path} does not take ${c.req.method}, only ${headers.Allow}.`;
      const error = new UndertoneError("method-not-allowed", detail, { allow });
      return problemResponse(error, c, headers);
    },
  });
}
