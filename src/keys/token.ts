/** API keys as their holders see them: `ut_<id>_<secret>`. */

import { encodeBase64Url } from "../crypto/bytes.ts";
import { sha256Of } from "../crypto/digest.ts";
import { newId } from "../crypto/ids.ts";

/** A token taken apart. */
export interface ParsedToken {
  readonly keyId: string;
  /** SHA-256 of the whole token: it has 256 random bits, which no list of words can find. */
  readonly tokenSha256: string;
}

/** A token that was just made; nobody else will ever see it. */
export interface NewToken extends ParsedToken {
  readonly token: string;
}

const SECRET_BYTES = 32;
const ID_CHARACTERS = 12;
/** The form of a token. */
export const TOKEN = /^ut_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** Makes a token. */
export async function createToken(): Promise<NewToken> {
  const keyId = newId("").slice(1, 1 + ID_CHARACTERS);
  const secret = encodeBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  const token = `ut_${keyId}_${secret}`;
  return { token, keyId, tokenSha256: await hashOf(token) };
}

/** Takes a token apart; `null` if it cannot be one. */
export async function parseToken(token: string): Promise<ParsedToken | null> {
  const keyId = TOKEN.exec(token)?.[1];
  return keyId === undefined ? null : { keyId, tokenSha256: await hashOf(token) };
}

function hashOf(token: string): Promise<string> {
  return sha256Of(new TextEncoder().encode(token));
}
