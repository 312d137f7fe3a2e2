/** Who may call a hook: the kinds of proof that senders of webhooks give. */
import { readGithubProof, verifyGithub } from "./verify-github.ts";
import { verifySharedSecret } from "./verify-shared-secret.ts";
import { readStandardProof, verifyStandard } from "./verify-standard.ts";
import { readStripeProof, verifyStripe } from "./verify-stripe.ts";
import { readTwilioProof, verifyTwilio } from "./verify-twilio.ts";

/** How requests prove where they come from. */
export type Verification =
  /** Standard Webhooks 1.0.0; secrets are `whsec_…`. */
  | { readonly kind: "standard" }
  /** The hexadecimal HMAC-SHA256 of the body behind `sha256=` in `header`, as GitHub has it in X-Hub-Signature-256. */
  | { readonly kind: "github"; readonly header: string }
  /** `t=<seconds>,v1=<hexadecimal>` in `header`, as Stripe has it in Stripe-Signature. */
  | { readonly kind: "stripe"; readonly header: string }
  /** X-Twilio-Signature; `url` is the hook's address as Twilio knows it, if requests come by another. */
  | { readonly kind: "twilio"; readonly url: string | null }
  /** The secret itself in `header`, after `Bearer ` in Authorization. */
  | { readonly kind: "secret"; readonly header: string };

export const VERIFICATION_KINDS = ["standard", "github", "stripe", "twilio", "secret"] as const;

/** A request to a hook, read to its end. */
export interface HookRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** When it came, in milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * What a proof shows. `eventId` is the part of a genuine request by which its repetition is known: nothing that could be
 * altered without the secret; `null` if that is the body as a whole.
 */
export type Verdict =
  | { readonly genuine: true; readonly eventId: string | null }
  | { readonly genuine: false; readonly reason: Refusal };

/** What headers without a proof are. */
export type Unreadable = "missing" | "malformed";

/** `expired`: the proof is right but its time is more than five minutes from now. */
export type Refusal = Unreadable | "mismatch" | "expired";

/**
 * Why a request is refused whatever its body is, so that the body need not be read: the proof's headers are missing or
 * malformed, or the secret that they carry is wrong. `null` if the body has to decide.
 */
export function refusalByHeaders(
  verification: Verification,
  secrets: readonly string[],
  headers: Headers,
): Refusal | null {
  if (verification.kind === "secret") {
    const verdict = verifySharedSecret(verification, secrets, { headers });
    return verdict.genuine ? null : verdict.reason;
  }
  const proof = readProof(verification, headers);
  return typeof proof === "string" ? proof : null;
}

function readProof(
  verification: Exclude<Verification, { readonly kind: "secret" }>,
  headers: Headers,
): object | Unreadable {
  switch (verification.kind) {
    case "standard":
      return readStandardProof(headers);
    case "github":
      return readGithubProof(verification, headers);
    case "stripe":
      return readStripeProof(verification, headers);
    case "twilio":
      return readTwilioProof(headers);
  }
}

/** Checks a request against any of the hook's secrets, in constant time where they are compared. */
export async function verifyRequest(
  verification: Verification,
  secrets: readonly string[],
  request: HookRequest,
): Promise<Verdict> {
  switch (verification.kind) {
    case "standard":
      return verifyStandard(secrets, request);
    case "github":
      return verifyGithub(verification, secrets, request);
    case "stripe":
      return verifyStripe(verification, secrets, request);
    case "twilio":
      return verifyTwilio(verification, secrets, request);
    case "secret":
      return verifySharedSecret(verification, secrets, request);
  }
}
