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
  scheme: Proof,
  secrets: readonly string[],
  headers: Headers,
): Refusal | null {
  if (scheme.kind === "secret") {
    const verdict = verifySharedSecret(scheme, secrets, { headers });
    return verdict.genuine ? null : verdict.reason;
  }
  const proof = readProof(scheme, headers);
  return typeof proof === "string" ? proof : null;
}

function readProof(
  scheme: Exclude<Proof, { readonly kind: "secret" }>,
  headers: Headers,
): object | Unreadable {
  switch (scheme.kind) {
    case "standard":
      return readStandardProof(headers);
    case "github":
      return readGithubProof(scheme, headers);
    case "stripe":
      return readStripeProof(scheme, headers);
    case "twilio":
      return readTwilioProof(headers);
  }
}

/** Checks a request against any of the hook's secrets, in constant time where they are compared. */
export async function verifyRequest(
  scheme: Proof,
  secrets: readonly string[],
  request: HookRequest,
): Promise<Verdict> {
  switch (scheme.kind) {
    case "standard":
      return verifyStandard(secrets, request);
    case "github":
      return verifyGithub(scheme, secrets, request);
    case "stripe":
      return verifyStripe(scheme, secrets, request);
    case "twilio":
      return verifyTwilio(scheme, secrets, request);
    case "secret":
      return verifySharedSecret(scheme, secrets, request);
  }
}
