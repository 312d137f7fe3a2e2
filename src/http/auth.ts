/** Who may ask: a bearer of an API key that is good for the address and not used too often (RFC 6750). */
import type { Context, MiddlewareHandler } from "hono";
import { UndertoneError } from "../errors.ts";
import { type ApiKey, findKey, hasKeys, type Scope } from "../jobs/keys/keys-table.ts";
import type { RateDecision } from "../jobs/keys/rate-limit.ts";
import { parseToken } from "../jobs/keys/token.ts";
import type { Platform } from "../platform/platform.ts";
import type { AppEnv } from "./context.ts";
import { problemResponse } from "./problem.ts";

/** Which scopes the addresses below a path take, any one of them; other addresses take any key. */
const SCOPES_OF_PATHS: readonly [path: string, scopes: readonly Scope[]][] = [
  ["/v1/features", ["features"]],
  ["/v1/embeddings", ["features"]],
  ["/v1/comparisons", ["features"]],
  ["/v1/transcriptions", ["features"]],
  ["/v1/classifications", ["features"]],
  ["/v1/diarizations", ["features"]],
  ["/v1/models", ["features", "jobs"]],
  ["/v1/packs", ["features"]],
  ["/v1/jobs", ["jobs"]],
  ["/v1/batches", ["jobs"]],
  ["/v1/webhook-secrets", ["jobs"]],
];

/** Whoever sends to a hook proves it by the hook's own signature. */
const HOOKS = "/v1/hooks/";
const SIGNED_LINK = /^\/v1\/(jobs\/[^/]+\/result|batches\/[^/]+\/results)$/;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const REALM = 'Bearer realm="undertone"';

/** Lets through whom a key, a signed link, a hook's signature or an open service lets through; refuses all others. */
export function authenticate(platform: Platform): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const path = c.req.path;
    if (path === "/healthz") return next();
    if (isOpenTo(platform, c)) {
      c.set("caller", { owner: null, keyId: null });
      return next();
    }
    if (path.startsWith(HOOKS) || isSignedLink(c)) {
      // The handler checks the signature; yet where nobody may ask, nobody may ask this way either.
      return (await hasKeys(platform.database)) ? next() : refuse(c, noKeyConfigured());
    }
    const key = await keyOf(platform, c);
    if (key instanceof UndertoneError) return refuse(c, key);
    const decision = await platform.limiter.take(key.id, key.requestsPerMinute);
    setRateHeaders(c, key, decision);
    if (!decision.isAllowed) return problemResponse(tooOften(key, decision), c);
    const lacking = lackingScopes(key, path);
    if (lacking.length > 0) return refuse(c, lacksScope(lacking), lacking);
    c.set("caller", { owner: key.owner, keyId: key.id });
    return next();
  };
}

/** `npm start` needs no key, but only on the machine's own addresses, whatever name leads to them. */
function isOpenTo({ isOpen }: Platform, c: Context<AppEnv>): boolean {
  return isOpen && LOOPBACK.includes(new URL(c.req.url).hostname);
}

function isSignedLink(c: Context<AppEnv>): boolean {
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  return isRead && c.req.query("signature") !== undefined && SIGNED_LINK.test(c.req.path);
}

async function keyOf({ database }: Platform, c: Context<AppEnv>): Promise<ApiKey | UndertoneError> {
  const header = c.req.header("Authorization");
  const token = /^Bearer +([^\s]+)$/i.exec(header ?? "")?.[1];
  const parsed = token === undefined ? null : await parseToken(token);
  const key = parsed === null ? null : await findKey(database, parsed);
  if (key !== null) return key;
  if (!(await hasKeys(database))) return noKeyConfigured();
  return header === undefined ? keyMissing() : keyInvalid();
}

function lackingScopes({ scopes }: ApiKey, path: string): readonly Scope[] {
  const [, wanted = []] =
    SCOPES_OF_PATHS.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`)) ?? [];
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
    "This service has no API key yet, so it answers nobody. Its operator makes one with 'undertone key create'.",
  );
}

function keyMissing(): UndertoneError {
  return new UndertoneError("key-missing", `This address needs an API key. ${HOW_TO_SEND}`);
}

function keyInvalid(): UndertoneError {
  return new UndertoneError(
    "key-invalid",
    `The API key is not known here, or was revoked. ${HOW_TO_SEND}`,
  );
}

function lacksScope(scopes: readonly Scope[]): UndertoneError {
  return new UndertoneError(
    "key-lacks-scope",
    `The API key is not good for this address: it needs scope ${scopes.join(" or ")}.`,
    { scopes },
  );
}

function tooOften(key: ApiKey, { retryAfterSeconds }: RateDecision): UndertoneError {
  return new UndertoneError(
    "rate-limited",
    `This API key may ask ${key.requestsPerMinute} times a minute. Wait ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
  );
}
