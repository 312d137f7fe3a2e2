/** Cross-origin rules: pages of other origins may read packs, use what `CORS_ORIGINS` lets them, and write nothing else to an open service. */
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { UndertoneError } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import type { AppEnv } from "../context.ts";

const SHARED_PATH = "/v1/packs/";
/** Browsers ask again after so long; Chromium after two hours at the latest. */
const PREFLIGHT_SECONDS = 7200;

/** Any origin, in `CORS_ORIGINS`. */
const ANY_ORIGIN = "*";

const EXPOSED_HEADERS = [
  "Accept-Ranges",
  "Content-Length",
  "Content-Range",
  "ETag",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "WWW-Authenticate",
  "X-Request-Id",
];

const sharePacks = cors({
  origin: ANY_ORIGIN,
  allowMethods: ["GET", "HEAD"],
  allowHeaders: ["Authorization", "If-None-Match", "If-Range", "Range", "X-Request-Id"],
  exposeHeaders: EXPOSED_HEADERS,
  maxAge: PREFLIGHT_SECONDS,
});

/** All that a key may do. Preflights allow the headers that they ask for: SDKs have many of their own. */
const shareAll = (origins: readonly string[]) =>
  cors({
    origin: origins.includes(ANY_ORIGIN) ? ANY_ORIGIN : [...origins],
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    exposeHeaders: [
      ...EXPOSED_HEADERS,
      "Cache-Status",
      "Location",
      "Server-Timing",
      "Undertone-Partial",
      "X-Undertone-Backend",
      "X-Undertone-Colo",
      "X-Undertone-Ignored",
      "X-Undertone-Model",
      "X-Undertone-Pack-Digest",
      "X-Undertone-Precision",
      "X-Undertone-Region",
      "X-Undertone-Silent",
      "X-Undertone-Weights",
    ],
    maxAge: PREFLIGHT_SECONDS,
  });

/** Whose pages may read answers, and whether the service asks for no key. */
type Shared = Pick<Platform, "isOpen"> & {
  readonly settings: Pick<Platform["settings"], "corsOrigins">;
};

/**
 * Lets pages of any origin read the answers below /v1/packs, and pages of `CORS_ORIGINS` all answers, refusals too; of an open
 * service, only if it names them. Answers their preflights (Fetch, CORS protocol) without a key, which browsers do not send with
 * them. Cookies are never allowed.
 */
export function shareAnswers({
  settings: { corsOrigins },
  isOpen,
}: Shared): MiddlewareHandler<AppEnv> {
  // Any page could read an open service's jobs.
  const origins = isOpen ? corsOrigins.filter((origin) => origin !== ANY_ORIGIN) : corsOrigins;
  const shareWithOrigins = shareAll(origins);
  return async (c, next) => {
    const isPreflight = c.req.header("Access-Control-Request-Method") !== undefined;
    if (c.req.method === "OPTIONS" && !isPreflight) return next();
    if (mayUse(origins, c.req.header("Origin"))) return shareWithOrigins(c, next);
    return c.req.path.startsWith(SHARED_PATH) ? sharePacks(c, next) : next();
  };
}

function mayUse(origins: readonly string[], origin: string | undefined): boolean {
  return origin !== undefined && (origins.includes(ANY_ORIGIN) || origins.includes(origin));
}

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
/** https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header; `none` is what the user does, without a page. */
const OWN_SITES = ["same-origin", "none"];

/**
 * True if a browser sends a request that may change something for a page of another origin, another port of the same host
 * included, unless it is one of `origins`. Programs that are no browsers send neither `Sec-Fetch-Site` nor `Origin`.
 */
export function isCrossOriginWrite(c: Context<AppEnv>, origins: readonly string[]): boolean {
  if (SAFE_METHODS.includes(c.req.method)) return false;
  // One that was named; "any" is for services where a key decides.
  if (origins.includes(c.req.header("Origin") ?? "")) return false;
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return !OWN_SITES.includes(site);
  const origin = c.req.header("Origin");
  // Safari sends no Sec-Fetch-Site to http://localhost. `null`, of a sandboxed frame or a file, is no URL.
  return origin !== undefined && URL.parse(origin)?.host !== new URL(c.req.url).host;
}

/** An error for such a request to a service that asks for no key. */
export function crossOriginRefused(): UndertoneError {
  return new UndertoneError(
    "cross-origin-request",
    "This service is open, so pages of other origins may change nothing. Send the request from a program, from the service's own page, or to a service that asks for a key.",
  );
}
