/** API keys as their holders see them: `ut_<id>_<secret>`, or `ut_<home>_<id>_<secret>`. */

import { encodeBase64Url } from "../crypto/bytes.ts";
import { sha256Of } from "../crypto/digest.ts";
import { newId } from "../crypto/ids.ts";

/** A token taken apart. */
export interface ParsedToken {
  readonly keyId: string;
  /** The region that the key is bound to; `null` for none. Nobody can change it: it is part of what is hashed. */
  readonly home: string | null;
  /** SHA-256 of the whole token: it has 256 random bits, which no list of words can find. */
  readonly tokenSha256: string;
}

/** A token that was just made; nobody else will ever see it. */
export interface NewToken extends ParsedToken {
  readonly token: string;
}

const SECRET_BYTES = 32;
const ID_CHARACTERS = 12;
/** Of homes: the names of regions. */
const HOME = "[a-z][a-z0-9-]{0,30}";
/** The form of a token; a home makes it longer, so that none can be read in two ways. */
export const TOKEN = new RegExp(`^ut_(?:(${HOME})_)?([0-9a-f]{12})_[A-Za-z0-9_-]{43}$`);

/** Makes a token. */
export async function createToken(home: string | null = null): Promise<NewToken> {
  const keyId = newId("").slice(1, 1 + ID_CHARACTERS);
  const secret = encodeBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  const token = `ut_${home === null ? "" : `${home}_`}${keyId}_${secret}`;
  return { token, keyId, home, tokenSha256: await hashOf(token) };
}

/** Takes a token apart; `null` if it cannot be one. */
export async function parseToken(token: string): Promise<ParsedToken | null> {
  const [, home = null, keyId] = TOKEN.exec(token) ?? [];
  return keyId === undefined ? null : { keyId, home, tokenSha256: await hashOf(token) };
}

/** The home that a token names; `null` if it names none, or is no token. */
export function homeOf(token: string): string | null {
  return TOKEN.exec(token)?.[1] ?? null;
}

/** The token of an `Authorization` header (RFC 6750); `null` if it has none. */
export function bearerOf(authorization: string | null): string | null {
  return /^Bearer +([^\s]+)$/i.exec(authorization ?? "")?.[1] ?? null;
}

/** True if a region may be called so. */
export function isHome(name: string): boolean {
  return new RegExp(`^${HOME}$`).test(name);
}

function hashOf(token: string): Promise<string> {
  return sha256Of(new TextEncoder().encode(token));
}
