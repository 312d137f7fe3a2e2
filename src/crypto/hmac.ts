/** HMACs, compared in constant time by Web Crypto itself. */

export type HmacHash = "SHA-256" | "SHA-1";

const encoder = new TextEncoder();

/** A key for `verifyHmac`; a text secret counts as its UTF-8 bytes. */
export async function hmacKey(
  secret: string | Uint8Array<ArrayBuffer>,
  hash: HmacHash,
): Promise<CryptoKey> {
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign", "verify"]);
}

/**
 * True if any of `signatures` is the HMAC of `data` under any of `keys`. Signatures that could not be decoded are left out
 * by the caller; with none left nothing is.
 */
export async function verifyHmac(
  keys: readonly CryptoKey[],
  data: Uint8Array<ArrayBuffer>,
  signatures: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const matches = await Promise.all(
    keys.flatMap((key) =>
      signatures.map((signature) => crypto.subtle.verify("HMAC", key, signature, data)),
    ),
  );
  return matches.includes(true);
}
