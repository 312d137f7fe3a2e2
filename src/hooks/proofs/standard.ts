/** Verifies Standard Webhooks 1.0.0; the library of that name knows only text and the clock of its own. */
import { concatBytes, decodeBase64 } from "../../crypto/bytes.ts";
import { hmacKey, verifyHmac } from "../../crypto/hmac.ts";
import type { HookRequest, Unreadable, Verdict } from "./proof.ts";
import { isTimely, judge, readTimestamp, refuse } from "./verdict.ts";

const SECRET_PREFIX = "whsec_";

/** The bytes of a secret, `whsec_` and base64 or base64 alone; `null` if it is neither. */
export function standardSecretBytes(secret: string): Uint8Array<ArrayBuffer> | null {
  const base64 = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  const bytes = decodeBase64(base64);
  return bytes === null || bytes.length === 0 ? null : bytes;
}

/** The content of the three `webhook-` headers; signatures of other versions than `v1` are ignored. */
export function readStandardProof(headers: Headers) {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signature = headers.get("webhook-signature");
  if (!id || !timestamp || !signature) return "missing" satisfies Unreadable;
  const seconds = readTimestamp(timestamp);
  if (seconds === null) return "malformed" satisfies Unreadable;
  return { id, timestamp, seconds, signatures: readSignatures(signature) };
}

/** Checks the three `webhook-` headers; repetitions are known by the signed `webhook-id`. */
export async function verifyStandard(
  secrets: readonly string[],
  { headers, body, nowMs }: HookRequest,
): Promise<Verdict> {
  const proof = readStandardProof(headers);
  if (typeof proof === "string") return refuse(proof);
  const { id, timestamp, seconds, signatures } = proof;
  const keyBytes = secrets.map(standardSecretBytes).filter((bytes) => bytes !== null);
  const keys = await Promise.all(keyBytes.map((bytes) => hmacKey(bytes, "SHA-256")));
  const content = concatBytes(`${id}.${timestamp}.`, body);
  if (!(await verifyHmac(keys, content, signatures))) return refuse("mismatch");
  return isTimely(seconds, nowMs) ? judge(true, id) : refuse("expired");
}

/** Signatures are separated by spaces. */
function readSignatures(header: string): Uint8Array<ArrayBuffer>[] {
  return header
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => decodeBase64(signature.slice("v1,".length)))
    .filter((bytes) => bytes !== null);
}
