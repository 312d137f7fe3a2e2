/** Verifies the proof that a request to a hook carries. */
import { readGithubProof, verifyGithub } from "./github.ts";
import type { HookRequest, Proof, Refusal, Unreadable, Verdict } from "./proof.ts";
import { verifySharedSecret } from "./shared-secret.ts";
import { readStandardProof, verifyStandard } from "./standard.ts";
import { readStripeProof, verifyStripe } from "./stripe.ts";
import { readTwilioProof, verifyTwilio } from "./twilio.ts";

/**
 * Why a request is refused whatever its body is, so that the body need not be read: the proof's headers are missing or
 * malformed, or the secret that they carry is wrong. `null` if the body has to decide.
 */
export function refusalByHeaders(
  verification: Proof,
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
  verification: Exclude<Proof, { readonly kind: "secret" }>,
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
  verification: Proof,
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
