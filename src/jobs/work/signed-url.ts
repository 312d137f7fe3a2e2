/** Links that give whoever holds them one result, until they expire. */
import { concatBytes, decodeBase64, encodeBase64Url } from "../../crypto/bytes.ts";
import { hmacKey, verifyHmac } from "../../crypto/hmac.ts";

/** Why a link is not followed. */
export type LinkRefusal = "unsigned" | "expired" | "forged";

/**
 * `url` with an `expires` (seconds since 1970) and a `signature` added to its query that only holders of `secret` can
 * make: HMAC-SHA-256 of path and expiry. The rest is not signed: a deployment may have several names, and whoever may
 * read a result may choose its format.
 */
export async function signUrl(url: URL, expiresSeconds: number, secret: string): Promise<URL> {
  const expires = String(expiresSeconds);
  const key = await hmacKey(secret, "SHA-256");
  const signature = await crypto.subtle.sign("HMAC", key, signedContent(url, expires));
  const signed = new URL(url);
  signed.searchParams.set("expires", expires);
  signed.searchParams.set("signature", encodeBase64Url(new Uint8Array(signature)));
  return signed;
}

/** Checks a link that `signUrl` made with `secret`, in constant time; `null` if it may be followed. */
export async function refuseLink(
  url: URL,
  nowMs: number,
  secret: string,
): Promise<LinkRefusal | null> {
  const signature = url.searchParams.get("signature");
  const expires = url.searchParams.get("expires");
  if (signature === null || expires === null) return "unsigned";
  const bytes = decodeBase64(signature.replaceAll("-", "+").replaceAll("_", "/"));
  const key = await hmacKey(secret, "SHA-256");
  const isOurs = bytes !== null && (await verifyHmac([key], signedContent(url, expires), [bytes]));
  if (!isOurs) return "forged";
  return Number(expires) * 1000 > nowMs ? null : "expired";
}

function signedContent({ pathname }: URL, expires: string): Uint8Array<ArrayBuffer> {
  return concatBytes(`${pathname}?expires=${expires}`);
}
