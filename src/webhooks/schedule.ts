/** When a webhook that was not taken is tried again. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The delays after the first attempt, the second, and so on (Standard Webhooks 1.0.0, "Deliverability and reliability"). */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** Attempts after which a delivery is given up. */
export const MAX_ATTEMPTS = RETRY_DELAYS_MS.length + 1;

/** Delays grow by up to this part of themselves, so that what failed together does not come back together. */
const JITTER = 0.2;
/** And by this at most where that is more: Cloudflare's queues round up to whole seconds. */
const MIN_JITTER_MS = 5 * SECOND_MS;

/** A receiver may ask for as much patience as the schedule's longest wait, and no more. */
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** The facts from which the time of the next attempt follows. */
export interface FailedAttempt {
  /** The number of attempts made, this one included. */
  readonly attempts: number;
  /** When it ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
  /** The receiver's Retry-After; `null` without one. */
  readonly retryAfterMs: number | null;
}

/**
 * When to try again, in milliseconds since 1970; `null` once the schedule is over. `random` is at least 0 and below 1.
 * A Retry-After later than the schedule's own time is waited for, for at most 24 hours; an earlier one changes nothing.
 */
export function nextAttemptAt(
  { attempts, endedAtMs, retryAfterMs }: FailedAttempt,
  random: number,
): number | null {
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return null;
  const askedMs = Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  const leastMs = Math.max(delayMs, askedMs);
  return endedAtMs + Math.round(leastMs + Math.max(JITTER * leastMs, MIN_JITTER_MS) * random);
}

/**
 * Reads a Retry-After header (RFC 9110 §10.2.3): seconds, or a date, as milliseconds from `nowMs`. `null` if there is
 * none or it cannot be read; a date that has passed is 0.
 */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * SECOND_MS;
  // A date names its day, "Sun, 06 Nov 1994 08:49:37 GMT"; the engine's parser takes far more than that.
  const atMs = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
