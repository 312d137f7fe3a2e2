/** Signs webhooks as Standard Webhooks 1.0.0 says. */
import { Webhook } from "standardwebhooks";

/** The signed content. */
export interface SignedContent {
  /** The same for every attempt of one delivery. */
  readonly id: string;
  /** When this attempt is made, in seconds since 1970. */
  readonly timestampSeconds: number;
  readonly body: string;
}

/** Bytes of a new secret; the specification asks for 24 to 64. */
const SECRET_BYTES = 32;

/** A new random secret, `whsec_` and base64. */
export function createWebhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/**
 * The headers of one attempt: `webhook-id`, `webhook-timestamp`, and `webhook-signature` with one `v1` signature for each
 * of `secrets` (`whsec_…`), so that a receiver may hold either one while they are rotated.
 */
export function signatureHeaders(
  { id, timestampSeconds, body }: SignedContent,
  secrets: readonly string[],
): Record<string, string> {
  const signedAt = new Date(timestampSeconds * 1000);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, signedAt, body));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampSeconds),
    "webhook-signature": signatures.join(" "),
  };
}
