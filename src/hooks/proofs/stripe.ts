/** Verifies signatures with a time in them, as Stripe sends them. */
import { concatBytes, decodeHex } from "../../crypto/bytes.ts";
import { hmacKey, verifyHmac } from "../../crypto/hmac.ts";
import type { HookRequest, Unreadable, Verdict } from "./proof.ts";
import { isTimely, judge, readTimestamp, refuse } from "./verdict.ts";

/** The time and the signatures that the header has. */
export function readStripeProof({ header }: { readonly header: string }, headers: Headers) {
  const given = headers.get(header);
  if (given === null) return "missing" satisfies Unreadable;
  const timestamp = valuesOf(given, "t")[0] ?? "";
  const seconds = readTimestamp(timestamp);
  const signatures = valuesOf(given, "v1")
    .map(decodeHex)
    .filter((bytes) => bytes !== null);
  if (seconds === null || signatures.length === 0) return "malformed" satisfies Unreadable;
  return { timestamp, seconds, signatures };
}

/** Checks `t=<seconds>,v1=<hexadecimal>…`, the HMAC of `<seconds>.<body>`; a repetition is known by the body. */
export async function verifyStripe(
  scheme: { readonly header: string },
  secrets: readonly string[],
  { headers, body, nowMs }: HookRequest,
): Promise<Verdict> {
  const proof = readStripeProof(scheme, headers);
  if (typeof proof === "string") return refuse(proof);
  const { timestamp, seconds, signatures } = proof;
  const keys = await Promise.all(secrets.map((secret) => hmacKey(secret, "SHA-256")));
  const content = concatBytes(`${timestamp}.`, body);
  if (!(await verifyHmac(keys, content, signatures))) return refuse("mismatch");
  return isTimely(seconds, nowMs) ? judge(true, null) : refuse("expired");
}

/** The values of `name=` in the elements of a comma-separated header. */
function valuesOf(header: string, name: string): string[] {
  return header
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element.startsWith(`${name}=`))
    .map((element) => element.slice(name.length + 1));
}
