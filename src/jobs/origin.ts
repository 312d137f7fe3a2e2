/** The address that links in webhooks begin at. */
import type { JobSettings } from "./context.ts";

/**
 * The service's origin; where a Worker in front of regions leads to it, with `region` in the query, which tells that Worker
 * where the result is. `null` if no origin is known.
 */
export function originOfLinks(
  { publicOrigin, regionOfLinks }: Pick<JobSettings, "publicOrigin" | "regionOfLinks">,
  asked: string | null,
): string | null {
  const origin = publicOrigin || asked;
  if (origin === null || regionOfLinks === "") return origin;
  return `${origin}?region=${regionOfLinks}`;
}
