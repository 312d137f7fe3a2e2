/** Proofs: the ways in which senders of webhooks prove their identity. */

/** The kind of proof that a hook asks for, and its parameters. */
export type Proof =
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

export const PROOF_KINDS = ["standard", "github", "stripe", "twilio", "secret"] as const;

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

/** The state of headers that hold no usable proof. */
export type Unreadable = "missing" | "malformed";

/** `expired`: the proof is right but its time is more than five minutes from now. */
export type Refusal = Unreadable | "mismatch" | "expired";
