/** SHA-256 of bytes that are there, and hexadecimal digits. */

/** SHA-256 in lower-case hexadecimal. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  // The types do not know that a view of shared memory never gets here.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return toHex(new Uint8Array(digest));
}

/** Two lower-case digits for each byte. */
export function toHex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
