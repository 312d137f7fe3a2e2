/** The target of a redirect, if it may be followed. */
import { unreachable } from "./failures.ts";

/**
 * The address that `location`, absolute or not, names in an answer of `from`.
 * @throws UndertoneError `hub-unavailable` if it is none, or leaves https, which could be read and changed on the way.
 */
export function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  const protocols = from.protocol === "https:" ? ["https:"] : ["https:", "http:"];
  if (target !== null && protocols.includes(target.protocol)) return target;
  throw unreachable(from.host, "redirects to an address that is not followed").error;
}
