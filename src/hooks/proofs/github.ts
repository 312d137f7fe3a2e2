/** Verifies an HMAC of the body in a header, as GitHub sends it and many others do. */
import { decodeHex } from "../../crypto/bytes.ts";
import { hmacKey, verifyHmac } from "../../crypto/hmac.ts";
import type { HookRequest, Unreadable, Verdict } from "./proof.ts";
import { judge, refuse } from "./verdict.ts";

const PREFIX = "sha256=";

/** The signature that the header has. */
export function readGithubProof(
  { header }: { readonly header: string },
  headers: Headers,
): Uint8Array<ArrayBuffer> | Unreadable {
  const given = headers.get(header);
  if (given === null) return "missing";
  const signature = given.startsWith(PREFIX) ? decodeHex(given.slice(PREFIX.length)) : null;
  return signature ?? "malformed";
}

/**
 * Checks `sha256=<hexadecimal>` in the header. No time is signed and X-GitHub-Delivery is not either, so a repetition is
 * known by the body alone: who replays a request cannot change it.
 */
export async function verifyGithub(
  scheme: { readonly header: string },
  secrets: readonly string[],
  { headers, body }: HookRequest,
): Promise<Verdict> {
  const signature = readGithubProof(scheme, headers);
  if (typeof signature === "string") return refuse(signature);
  const keys = await Promise.all(secrets.map((secret) => hmacKey(secret, "SHA-256")));
  return judge(await verifyHmac(keys, body, [signature]), null);
}
