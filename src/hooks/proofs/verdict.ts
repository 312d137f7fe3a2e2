/** Helpers of the verifiers of proofs. */
import type { Refusal, Verdict } from "./proof.ts";

/** A proof older or newer than this is not taken (Standard Webhooks 1.0.0; Stripe's libraries have the same). */
const TOLERANCE_SECONDS = 300;

export function refuse(reason: Refusal): Verdict {
  return { genuine: false, reason };
}

/** Accepts what `matches`, under the id that the sender cannot have been robbed of. */
export function judge(matches: boolean, eventId: string | null): Verdict {
  return matches ? { genuine: true, eventId } : refuse("mismatch");
}

/** True if a signed time is within the tolerance of now. */
export function isTimely(timestampSeconds: number, nowMs: number): boolean {
  return Math.abs(Math.floor(nowMs / 1000) - timestampSeconds) <= TOLERANCE_SECONDS;
}

/** Seconds since 1970 as a header has them; `null` for anything but digits. */
export function readTimestamp(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
}
