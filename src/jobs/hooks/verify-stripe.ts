/** Verifies signatures with a time in them, as Stripe sends them. */
import { concatBytes, decodeHex } from "../crypto/bytes.ts";
import { hmacKey, verifyHmac } from "../crypto/hmac.ts";
import { isTimely, judge, readTimestamp, refuse } from "./verdict.ts";
import type { HookRequest, Verdict } from "./verification.ts";

/** Checks `t=<seconds>,v1=<hexadecimal>…`, the HMAC of `<seconds>.<body>`; a repetition is known by the body. */
export async function verifyStripe(
  { header }: { readonly header: string },
  secrets: readonly string[],
  { headers, body, nowMs }: HookRequest,
): Promise<Verdict> {
  const given = headers.get(header);
  if (given === null) return refuse("missing");
  const timestamp = valuesOf(given, "t")[0] ?? "";
  const seconds = readTimestamp(timestamp);
  const signatures = valuesOf(given, "v1").map(decodeHex);
  const readable = signatures.filter((bytes) => bytes !== null);
  if (seconds === null || readable.length === 0) return refuse("malformed");
  const keys = await Promise.all(secrets.map((secret) => hmacKey(secret, "SHA-256")));
  const content = concatBytes(`${timestamp}.`, body);
  if (!(await verifyHmac(keys, content, readable))) return refuse("mismatch");
  return isTimely(seconds, nowMs) ? judge(true, null) : refuse("expired");
}

/** What follows `name=` in the elements of a comma-separated header. */
function valuesOf(header: string, name: string): string[] {
  return header
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element.startsWith(`${name}=`))
    .map((element) => element.slice(name.length + 1));
}
