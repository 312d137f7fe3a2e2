/** Access to routes: declared as OpenAPI security requirements, from which authentication reads it. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { SCOPES, type Scope } from "../../keys/table.ts";
import type { AppEnv } from "../context.ts";

/** The security schemes that requirements name. */
export const SECURITY_SCHEMES = {
  apiKey: {
    type: "http",
    scheme: "bearer",
    description: `An API key, ut_…, made by \`undertone key create\`. Its scopes are some of ${SCOPES.join(", ")}.`,
  },
  signedLink: {
    type: "apiKey",
    in: "query",
    name: "signature",
    description: "A link from a webhook; its `expires` and `signature` take the place of a key.",
  },
  hookSignature: {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description:
      "The signature that the hook was created for: Standard Webhooks, GitHub, Stripe, Twilio or a shared secret. Most kinds have a header of their own.",
  },
} as const;

/** Any one of these is enough, each a scheme and the scopes that it needs. */
export type Requirements = Partial<Record<keyof typeof SECURITY_SCHEMES, Scope[]>>[];

/** For everybody, without a key. */
export const PUBLIC: Requirements = [];

/** For requests that a hook's own signature proves. */
export const HOOK_SIGNATURE: Requirements = [{ hookSignature: [] }];

/** For bearers of an API key with at least one of the scopes. */
export function keyWith(...scopes: [Scope, ...Scope[]]): Requirements {
  return scopes.map((scope) => ({ apiKey: [scope] }));
}

/** The same, and for whoever has a signed link. */
export function keyOrLink(...scopes: [Scope, ...Scope[]]): Requirements {
  return [...keyWith(...scopes), { signedLink: [] }];
}

/** Finds the requirements of the route that a request leads to; `undefined` if no route declares any. */
export type FindRequirements = (c: Context<AppEnv>) => Requirements | undefined;

/** Looks requirements up in the routes that `app` has once the first request comes. */
export function requirementsOf(app: OpenAPIHono<AppEnv>): FindRequirements {
  let table: ReadonlyMap<string, Requirements> | undefined;
  return (c) => {
    table ??= readTable(app);
    const routes = matchedRoutes(c).filter((route) => !isMiddleware(route));
    const declared = routes.map(({ method, path }) => table?.get(`${method} ${path}`));
    // The first one answers; yet an undeclared one must not become reachable through it.
    return declared.includes(undefined) ? undefined : declared[0];
  };
}

function readTable({ openAPIRegistry }: OpenAPIHono<AppEnv>): Map<string, Requirements> {
  const table = new Map<string, Requirements>();
  for (const definition of openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { method, path, security } = definition.route;
    const address = path.replaceAll(/\{(\w+)\}/g, ":$1");
    if (security !== undefined) table.set(`${method.toUpperCase()} ${address}`, security);
  }
  return table;
}

/** True for routes that `app.use` adds without a path. */
function isMiddleware({ method, path }: { readonly method: string; readonly path: string }) {
  return method === "ALL" && path === "/*";
}
