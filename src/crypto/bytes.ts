/** Bytes from the text forms that signatures and inline clips come in. */
import { joinBytes } from "../bytes.ts";

/** Decodes pairs of hexadecimal digits; `null` if the text is anything else. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^([0-9a-f]{2})*$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bounded, since the text that follows may be millions of characters without a comma. */
const DATA_URL_HEAD = /^data:[^,]{0,1000};base64,/i;

/** The base64 of a data URL (RFC 2397); any other text as it is. */
export function withoutDataUrlHead(text: string): string {
  return text.replace(DATA_URL_HEAD, "");
}

/** Decodes base64 (RFC 4648 §4), its padding optional; `null` if the text is anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const binary = binaryOf(text);
  if (binary === null) return null;
  const bytes = new Uint8Array(binary.length);
  // Uint8Array.from takes ten times as long.
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

function binaryOf(base64: string): string | null {
  try {
    return atob(base64);
  } catch {
    return null;
  }
}

/** Encodes as base64 (RFC 4648 §4), with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Encodes as base64url without padding (RFC 4648 §5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Joins byte arrays and texts (as UTF-8) into one. */
export function concatBytes(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return joinBytes(parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part)));
}
