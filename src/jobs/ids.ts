/** Names for things: random ones that nobody can guess, and the same one for the same thing. */

const ID_BYTES = 16;

/** `<prefix>_` and 128 random bits in hexadecimal. */
export function newId(prefix: string): string {
  return `${prefix}_${toHex(crypto.getRandomValues(new Uint8Array(ID_BYTES)))}`;
}

/** `<prefix>_` and 128 bits of the SHA-256 of `parts`, so that what comes twice gets one id. */
export async function derivedId(prefix: string, parts: readonly string[]): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(parts)));
  return `${prefix}_${digest.slice(0, 2 * ID_BYTES)}`;
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // The types do not know that a view of shared memory never gets here.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return toHex(new Uint8Array(digest));
}

/** Two lower-case digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
