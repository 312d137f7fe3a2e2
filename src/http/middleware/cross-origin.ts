/** Cross-origin rules: pages of other origins may read packs, and write nothing to an open service. */
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { UndertoneError } from "../../errors.ts";
import type { AppEnv } from "../context.ts";

const SHARED_PATH = "/v1/packs/";
/** Browsers ask again after so long; Chromium after two hours at the latest. */
const PREFLIGHT_SECONDS = 7200;

const shareAnswers = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD"],
  allowHeaders: ["Authorization", "If-None-Match", "If-Range", "Range", "X-Request-Id"],
  exposeHeaders: [
    "Accept-Ranges",
    "Content-Length",
    "Content-Range",
    "ETag",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
  ],
  maxAge: PREFLIGHT_SECONDS,
});

/**
 * Lets pages of any origin read the answers below /v1/packs, refusals too, and answers their preflights (Fetch, CORS
 * protocol) without a key, which browsers do not send with them.
 */
export const sharePacks: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!c.req.path.startsWith(SHARED_PATH)) return next();
  const isPreflight = c.req.header("Access-Control-Request-Method") !== undefined;
  if (c.req.method === "OPTIONS" && !isPreflight) return next();
  return shareAnswers(c, next);
};

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
/** https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header; `none` is what the user does, without a page. */
const OWN_SITES = ["same-origin", "none"];

/**
 * True if a browser sends a request that may change something for a page of another origin, another port of the same host
 * included. Programs that are no browsers send neither `Sec-Fetch-Site` nor `Origin`.
 */
export function isCrossOriginWrite(c: Context<AppEnv>): boolean {
  if (SAFE_METHODS.includes(c.req.method)) return false;
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
