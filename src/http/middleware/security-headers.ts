/** Headers that keep browsers from taking an answer of the API for something else, after OWASP's REST Security Cheat Sheet. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../context.ts";

/** RFC 6797; hosts below the service's own may be somebody else's. */
const HSTS = "max-age=31536000";

const ANSWERS = {
  // Nothing of the API is a page: what is opened in a browser loads and runs nothing, in no frame.
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: "DENY",
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xXssProtection: false,
  overwrite: false,
} satisfies Parameters<typeof secureHeaders>[0];

const overHttp = secureHeaders({ ...ANSWERS, strictTransportSecurity: false });
const overTls = secureHeaders({ ...ANSWERS, strictTransportSecurity: HSTS });

/**
 * Adds them to every answer, `Cache-Control: no-store` too, unless a handler has set its own. Strict-Transport-Security is
 * only sent where TLS is known of: by the request's URL, or by `publicOrigin`, that of the service behind a proxy.
 */
export function secureAnswers(publicOrigin = ""): MiddlewareHandler<AppEnv> {
  const isTls = (url: string) => url.startsWith("https:") || publicOrigin.startsWith("https:");
  return async (c, next) => {
    await (isTls(c.req.url) ? overTls : overHttp)(c, next);
    if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
  };
}
