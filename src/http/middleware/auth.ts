/** Authentication: a bearer token (RFC 6750) that meets the route's requirements and is within its rate. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { UndertoneError } from "../../errors.ts";
import type { RateDecision } from "../../keys/rate-limit.ts";
import { type Keys, rememberedKeys } from "../../keys/remembered.ts";
import type { ApiKey, Scope } from "../../keys/table.ts";
import { bearerOf, parseToken } from "../../keys/token.ts";
import { isLoopback } from "../../platform/loopback.ts";
import type { Platform } from "../../platform/platform.ts";
import { type Requirements, requirementsOf } from "../access/access.ts";
import { problemResponse } from "../answer/problem.ts";
import { unknownAddress } from "../answer/unrouted.ts";
import type { AppEnv } from "../context.ts";
import { crossOriginRefused, isCrossOriginWrite } from "./cross-origin.ts";

const REALM = 'Bearer realm="undertone"';

/**
 * Lets a request through to a route of `app` if it meets one of the route's requirements, or if the service is open.
 * Addresses without a route, and routes that declare no requirements, are refused to every key.
 */
export function authenticate(
  platform: Platform,
  app: OpenAPIHono<AppEnv>,
): MiddlewareHandler<AppEnv> {
  const find = requirementsOf(app);
  const keys = rememberedKeys({ ...platform, rememberMs: platform.settings.rememberMs });
  return async (c, next) => {
    const requirements = find(c);
    if (requirements?.length === 0 || isOpenMetrics(platform, c)) return next();
    // Which methods an address takes is no secret, and browsers ask for it without a key.
    if (c.req.method === "OPTIONS") return unknownAddress(c);
    if (isOpenTo(platform, c)) {
      if (isCrossOriginWrite(c, platform.settings.corsOrigins))
        return problemResponse(crossOriginRefused(), c);
      c.set("caller", { owner: null, keyId: null });
      return requirements === undefined ? unknownAddress(c) : next();
    }
    if (requirements !== undefined && isProvenLater(requirements, c)) {
      // Yet where nobody may ask, nobody may ask this way either.
      return (await keys.haveAny()) ? next() : refuse(c, noKeyConfigured());
    }
    const key = await keyOf(platform, keys, c);
    if (key instanceof UndertoneError) return refuse(c, key);
    const decision = await platform.limiter.take(key.id, key.requestsPerMinute);
    setRateHeaders(c, key, decision);
    if (!decision.isAllowed) return problemResponse(tooOften(key, decision), c);
    if (requirements === undefined) return unknownAddress(c);
    const lacking = lackingScopes(key, requirements);
    if (lacking.length > 0) return refuse(c, lacksScope(lacking), lacking);
    c.set("caller", { owner: key.owner, keyId: key.id });
    return next();
  };
}

/** `npm start` needs no key, but only on the machine's own addresses, whatever name leads to them. */
function isOpenTo({ isOpen }: Platform, c: Context<AppEnv>): boolean {
  return isOpen && isLoopback(new URL(c.req.url).hostname);
}

/** `METRICS_OPEN` is for a scraper in a network that nobody else is in. */
function isOpenMetrics({ metricsPage }: Platform, c: Context<AppEnv>): boolean {
  return metricsPage?.isOpen === true && c.req.method === "GET" && c.req.path === "/metrics";
}

/** True if the handler checks the proof: a hook's signature, or that of a link. */
function isProvenLater(requirements: Requirements, c: Context<AppEnv>): boolean {
  const isLink = c.req.query("signature") !== undefined;
  return requirements.some((one) => "hookSignature" in one || ("signedLink" in one && isLink));
}

async function keyOf(
  { settings }: Platform,
  keys: Keys,
  c: Context<AppEnv>,
): Promise<ApiKey | UndertoneError> {
  const header = c.req.header("Authorization");
  const token = bearerOf(header ?? null);
  const parsed = token === null ? null : await parseToken(token);
  // Before anything is looked up: what the key is used for belongs elsewhere.
  const home = parsed?.home ?? null;
  if (home !== null && home !== settings.region) return ofAnotherRegion(home, settings.region);
  const key = parsed === null ? null : await keys.find(parsed);
  if (key !== null) return key;
  if (!(await keys.haveAny())) return noKeyConfigured();
  return header === undefined ? keyMissing() : keyInvalid();
}

function lackingScopes({ scopes }: ApiKey, requirements: Requirements): readonly Scope[] {
  const wanted = requirements.flatMap(({ apiKey = [] }) => apiKey);
  return wanted.some((scope) => scopes.includes(scope)) ? [] : wanted;
}

/** draft-ietf-httpapi-ratelimit-headers-10. */
function setRateHeaders(c: Context<AppEnv>, key: ApiKey, decision: RateDecision): void {
  c.header("RateLimit-Policy", `"key";q=${key.requestsPerMinute};w=60`);
  c.header("RateLimit", `"key";r=${decision.remaining};t=${decision.fullAfterSeconds}`);
}

function refuse(
  c: Context<AppEnv>,
  error: UndertoneError,
  scopes: readonly Scope[] = [],
): Response {
  const code = CHALLENGE_ERRORS[error.slug] ?? "";
  const scope = scopes.length > 0 ? `, scope="${scopes.join(" ")}"` : "";
  return problemResponse(error, c, { "WWW-Authenticate": `${REALM}${code}${scope}` });
}

const CHALLENGE_ERRORS: Readonly<Record<string, string>> = {
  "key-invalid": ', error="invalid_token"',
  "key-lacks-scope": ', error="insufficient_scope"',
};

const HOW_TO_SEND = "Send it as 'Authorization: Bearer ut_…'.";

function noKeyConfigured(): UndertoneError {
  return new UndertoneError(
    "no-key-configured",
    "No API key has been created, so this service answers no requests. Its operator creates one with 'undertone key create'.",
  );
}

function keyMissing(): UndertoneError {
  return new UndertoneError("key-missing", `This address needs an API key. ${HOW_TO_SEND}`);
}

function keyInvalid(): UndertoneError {
  return new UndertoneError("key-invalid", `The API key is unknown or was revoked. ${HOW_TO_SEND}`);
}

function ofAnotherRegion(home: string, region: string): UndertoneError {
  const here = region === "" ? "has no region" : `is in the region ${region}`;
  return new UndertoneError(
    "key-of-another-region",
    `The API key is bound to the region ${home}, and this service ${here}: nothing was computed. Send it to the service that its operator named.`,
    { home, ...(region !== "" && { region }) },
  );
}

function lacksScope(scopes: readonly Scope[]): UndertoneError {
  return new UndertoneError(
    "key-lacks-scope",
    `The API key lacks scope ${scopes.join(" or ")}, which this address needs.`,
    { scopes },
  );
}

function tooOften(key: ApiKey, { retryAfterSeconds }: RateDecision): UndertoneError {
  return new UndertoneError(
    "rate-limited",
    `This API key is limited to ${key.requestsPerMinute} requests a minute. Wait ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
  );
}
