/** Verifies requests as Twilio signs them. */

import { concatBytes, decodeBase64 } from "../../crypto/bytes.ts";
import { sha256Of, toHex } from "../../crypto/digest.ts";
import { hmacKey, verifyHmac } from "../../crypto/hmac.ts";
import { timingSafeEqual } from "../../crypto/timing-safe.ts";
import type { HookRequest, Unreadable, Verdict } from "./proof.ts";
import { judge, refuse } from "./verdict.ts";

const FORM = /^application\/x-www-form-urlencoded\b/i;

/** The signature that X-Twilio-Signature has. */
export function readTwilioProof(headers: Headers): Uint8Array<ArrayBuffer> | Unreadable {
  const given = headers.get("X-Twilio-Signature");
  if (given === null) return "missing";
  return decodeBase64(given) ?? "malformed";
}

/**
 * Checks X-Twilio-Signature: base64 of the HMAC-SHA1, under the account's auth token, of the address and, for a form, of
 * its sorted fields; for any other body the address has a `bodySHA256`. No time is signed; a repetition is known by the
 * signature, for a form's fields could be put into another order.
 */
export async function verifyTwilio(
  { url }: { readonly url: string | null },
  secrets: readonly string[],
  request: HookRequest,
): Promise<Verdict> {
  const signature = readTwilioProof(request.headers);
  if (typeof signature === "string") return refuse(signature);
  const address = url ?? request.url;
  const isForm = FORM.test(request.headers.get("Content-Type") ?? "");
  if (!isForm && !(await hasBodyDigest(request, address))) return refuse("mismatch");
  const content = concatBytes(address, isForm ? sortedFields(request.body) : "");
  const keys = await Promise.all(secrets.map((secret) => hmacKey(secret, "SHA-1")));
  const eventId = toHex(signature);
  return judge(await verifyHmac(keys, content, [signature]), eventId);
}

/** A body that is no form is bound to the signed address by its digest, and without one by nothing. */
async function hasBodyDigest({ body }: HookRequest, address: string): Promise<boolean> {
  const digest = URL.parse(address)?.searchParams.get("bodySHA256") ?? "";
  return timingSafeEqual(await sha256Of(body), digest.toLowerCase());
}

/** Names and values without anything between, in order of the names; of a name's equal values only one. */
function sortedFields(body: Uint8Array): string {
  const fields = new URLSearchParams(new TextDecoder().decode(body));
  return [...new Set(fields.keys())]
    .sort()
    .flatMap((name) => [...new Set(fields.getAll(name))].sort().map((value) => name + value))
    .join("");
}
