/** SHA-256 of bytes that come piece by piece, which the web platform has no function for. */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "./digest.ts";

export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The digest in hexadecimal of all that came so far; more may follow. */
  hex(): string;
}

/** In JavaScript alone, for every runtime. */
export function portableSha256(): Sha256 {
  const hash = sha256.create();
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => toHex(hash.clone().digest()),
  };
}
