/** One attempt to hand over a webhook. */
import { UndertoneError } from "../errors.ts";
import type { SendRequest } from "../outbound/send.ts";
import { readRetryAfter } from "./schedule.ts";
import { signatureHeaders } from "./signature.ts";

/** The outcome of an attempt. */
export type AttemptOutcome =
  | "delivered"
  | "http-error"
  | "redirect"
  | "gone"
  | "timeout"
  | "unreachable"
  | "url-not-allowed"
  // nobody made its owner a secret
  | "unsigned";

/** The result of an attempt. */
export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  /** The status of the answer; `null` if there was none. */
  readonly responseStatus: number | null;
  /** The answer's Retry-After in milliseconds; `null` without one. */
  readonly retryAfterMs: number | null;
}

/** The request of a webhook. */
export interface WebhookMessage {
  /** The webhook-id: the same for every attempt. */
  readonly id: string;
  readonly url: string;
  /** JSON, the same bytes for every attempt. */
  readonly body: string;
  /** Whose signatures it carries; with none it is not sent. */
  readonly secrets: readonly string[];
}

/**
 * Posts the message, signed at `nowMs`, and waits `timeoutMs` for the head of an answer: 2xx means that it was taken.
 * A redirect is not followed, and no body is read. Never throws.
 */
export async function attemptWebhook(
  { id, url, body, secrets }: WebhookMessage,
  send: SendRequest,
  { nowMs, timeoutMs }: { readonly nowMs: number; readonly timeoutMs: number },
): Promise<AttemptResult> {
  if (secrets.length === 0) return without("unsigned");
  const signed = { id, timestampSeconds: Math.floor(nowMs / 1000), body };
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "Undertone",
    ...signatureHeaders(signed, secrets),
  };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await send({ url, method: "POST", headers, body }, signal);
    // Left alone, for nothing of it is wanted, and a receiver that breaks it off has answered all the same.
    void answer.body?.cancel().catch(() => {});
    return {
      outcome: outcomeOf(answer.status),
      responseStatus: answer.status,
      retryAfterMs: readRetryAfter(answer.headers.get("Retry-After"), nowMs),
    };
  } catch (error) {
    const isRefused = error instanceof UndertoneError && error.slug === "url-not-allowed";
    return without(isRefused ? "url-not-allowed" : signal.aborted ? "timeout" : "unreachable");
  }
}

function without(outcome: AttemptOutcome): AttemptResult {
  return { outcome, responseStatus: null, retryAfterMs: null };
}

function outcomeOf(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return "delivered";
  if (status >= 300 && status < 400) return "redirect";
  return status === 410 ? "gone" : "http-error";
}
