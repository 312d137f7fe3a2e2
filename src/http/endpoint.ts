/** Endpoints: routes of the API with their description, access and handler. */
import {
  createRoute,
  type OpenAPIHono,
  type RouteConfig,
  type RouteHandler,
  z,
} from "@hono/zod-openapi";
import type { Platform } from "../platform/platform.ts";
import type { Requirements } from "./access/access.ts";
import type { AppEnv } from "./context.ts";
import { refuseOptionsUnlike } from "./request/options.ts";

/** A route that an app can be given. */
export interface Endpoint {
  addTo(app: OpenAPIHono<AppEnv>, platform: Platform): void;
}

/** The parts of an endpoint. */
export interface EndpointParts<Route extends RouteConfig> {
  /** As OpenAPI describes it. */
  readonly route: Route & { readonly security?: never };
  /** Access to it. */
  readonly scope: Requirements;
  /** Makes the handler of one deployment. */
  handle(platform: Platform, app: OpenAPIHono<AppEnv>): RouteHandler<Route, AppEnv>;
}

const NO_OPTIONS = z.strictObject({});

/**
 * Makes an endpoint. Query options that its schema does not have are refused as `unknown-option`, wrong values as
 * `invalid-option`; authentication reads `scope` from the route's OpenAPI description.
 */
export function endpoint<
  Path extends string,
  Route extends Omit<RouteConfig, "path"> & { path: Path },
>({ route, scope, handle }: EndpointParts<Route>): Endpoint {
  const { query } = route.request ?? {};
  const refuse = refuseOptionsUnlike(query instanceof z.ZodObject ? query : NO_OPTIONS);
  return {
    addTo(app, platform) {
      const declared = createRoute({ ...(route as RouteConfig), security: scope });
      // The handler is typed by the description that it stands beside.
      app.openapi(declared, handle(platform, app) as never, refuse);
    },
  };
}
