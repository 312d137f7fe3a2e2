/** Names for things: random ones that nobody can guess, and the same one for the same thing. */
import { sha256Of, toHex } from "./digest.ts";

const ID_BYTES = 16;

/** `<prefix>_` and 128 random bits in hexadecimal. */
export function newId(prefix: string): string {
  return `${prefix}_${toHex(crypto.getRandomValues(new Uint8Array(ID_BYTES)))}`;
}

/** `<prefix>_` and 128 bits of the SHA-256 of `parts`, so that what comes twice gets one id. */
export async function derivedId(prefix: string, parts: readonly string[]): Promise<string> {
  const digest = await sha256Of(new TextEncoder().encode(JSON.stringify(parts)));
  return `${prefix}_${digest.slice(0, 2 * ID_BYTES)}`;
}
