/** Sends requests from Workers, whose network leads to no private address. */
import { checkUrl, type UrlRules } from "./check-url.ts";
import type { SendRequest } from "./send.ts";

/**
 * Sends by `fetch`. A deployed Worker's requests leave from Cloudflare's edge: they reach no address that is private, and
 * a name that resolves to one is answered with error 1002. So the URL itself is all that is checked here.
 */
export function workerSend(rules: UrlRules): SendRequest {
  return async ({ url, method, headers, body }, signal) =>
    fetch(checkUrl(url, rules), {
      method,
      headers,
      body: body ?? null,
      redirect: "manual",
      cache: "no-store",
      signal,
    });
}
