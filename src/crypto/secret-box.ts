/** Secrets that are stored encrypted, by AES-256-GCM under a key that is not where they are. */
import { UndertoneError } from "../errors.ts";
import { concatBytes, decodeBase64, encodeBase64Url } from "./bytes.ts";
import { sha256Of } from "./digest.ts";

/** Encrypts secrets and gives them back. */
export interface SecretBox {
  /** The prefix of every secret that was encrypted under the present key; `null` if there is no key. */
  prefix(): Promise<string | null>;
  /** Encrypts `secret` for one place, such as a row, from which it cannot be moved to another; without a key it stays as it is. */
  seal(secret: string, place: string): Promise<string>;
  /**
   * The secret that is stored as `stored` in `place`, encrypted or not.
   * @throws UndertoneError `secret-unreadable` if it was encrypted under a key that is not here, or was tampered with.
   */
  open(stored: string, place: string): Promise<string>;
}

/** Counts of secrets by their state in the database. */
export interface SecretStates {
  readonly total: number;
  /** As they are. */
  readonly clear: number;
  /** Encrypted, and not to be decrypted here. */
  readonly unreadable: number;
}

/** Counts the states of secrets as they are stored in their places. */
export async function statesOf(
  box: Pick<SecretBox, "open">,
  stored: readonly { readonly secret: string; readonly place: string }[],
): Promise<SecretStates> {
  const opened = await Promise.all(
    stored.map(({ secret, place }) => box.open(secret, place).catch(skipUnreadable)),
  );
  return {
    total: stored.length,
    clear: stored.filter(({ secret }) => !secret.startsWith(MARK)).length,
    unreadable: opened.filter((secret) => secret === null).length,
  };
}

const MARK = "sealed:";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const ID_DIGITS = 8;

/** True for 32 bytes in base64. */
export function isSecretKey(text: string): boolean {
  return decodeBase64(text)?.length === KEY_BYTES;
}

/** A new key in base64. */
export function newSecretKey(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(KEY_BYTES))));
}

/** For promises of secrets that are left out if they cannot be decrypted. */
export function skipUnreadable(error: unknown): null {
  if (error instanceof UndertoneError && error.slug === "secret-unreadable") return null;
  throw error;
}

/** @param keys in base64: the first encrypts, and all decrypt */
export function createSecretBox(keys: readonly string[]): SecretBox {
  let known: readonly OpenKey[] | undefined;
  const opened = async () => (known ??= await Promise.all(keys.map(openKey)));
  const prefix = async () => {
    const [key] = await opened();
    return key === undefined ? null : `${MARK}${key.id}:`;
  };
  return {
    prefix,
    async seal(secret, place) {
      const [key] = await opened();
      if (key === undefined) return secret;
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const cipher = await crypto.subtle.encrypt(
        algorithm(iv, place),
        key.key,
        concatBytes(secret),
      );
      return `${MARK}${key.id}:${encodeBase64Url(concatBytes(iv, new Uint8Array(cipher)))}`;
    },
    async open(stored, place) {
      if (!stored.startsWith(MARK)) return stored;
      const [, id = "", text = ""] = stored.split(":");
      const key = (await opened()).find((one) => one.id === id);
      if (key === undefined) throw unreadable(`under the key ${id}, which this service has not`);
      const bytes = decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
      const plain = await decrypt(key.key, bytes ?? new Uint8Array(), place);
      if (plain === null) throw unreadable("for another place, or changed since");
      return new TextDecoder().decode(plain);
    },
  };
}

interface OpenKey {
  readonly id: string;
  readonly key: CryptoKey;
}

async function openKey(text: string): Promise<OpenKey> {
  const bytes = decodeBase64(text) ?? new Uint8Array();
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id: (await sha256Of(bytes)).slice(0, ID_DIGITS), key };
}

async function decrypt(
  key: CryptoKey,
  bytes: Uint8Array<ArrayBuffer>,
  place: string,
): Promise<ArrayBuffer | null> {
  const [iv, cipher] = [bytes.slice(0, IV_BYTES), bytes.slice(IV_BYTES)];
  return await crypto.subtle.decrypt(algorithm(iv, place), key, cipher).catch(() => null);
}

function algorithm(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: concatBytes(place) };
}

function unreadable(how: string): UndertoneError {
  return new UndertoneError(
    "secret-unreadable",
    `A secret was encrypted ${how}. Set SECRETS_KEY, or SECRETS_KEY_BEFORE, to the key that it was encrypted under; or make the secret anew.`,
  );
}
