/** Verifies requests that carry the secret itself. */
import { timingSafeEqual } from "../../crypto/timing-safe.ts";
import type { HookRequest, Verdict } from "./proof.ts";
import { judge, refuse } from "./verdict.ts";

/** Checks the header, behind `Bearer ` if it is Authorization; a repetition is known by the body. */
export function verifySharedSecret(
  { header }: { readonly header: string },
  secrets: readonly string[],
  { headers }: Pick<HookRequest, "headers">,
): Verdict {
  const given = headers.get(header);
  if (given === null) return refuse("missing");
  const token = header.toLowerCase() === "authorization" ? bearerToken(given) : given;
  if (token === null) return refuse("malformed");
  const matches = secrets.map((secret) => timingSafeEqual(secret, token));
  return judge(matches.includes(true), null);
}

function bearerToken(header: string): string | null {
  return /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? null;
}
