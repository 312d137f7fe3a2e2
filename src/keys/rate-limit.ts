/** Rate limits of keys: a token bucket in this process, and on Workers Cloudflare's own counter beside it. */
import { UndertoneError } from "../errors.ts";

/** The decision about one request: allowed or not, and what is left of the rate. */
export interface RateDecision {
  readonly isAllowed: boolean;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Until a next request may succeed; 0 while some are left. */
  readonly retryAfterSeconds: number;
  /** Until as many as ever may follow at once. */
  readonly fullAfterSeconds: number;
}

/** Counts requests. */
export interface RateLimiter {
  take(keyId: string, requestsPerMinute: number): Promise<RateDecision>;
}

/** The largest rate that a key may have. */
export const MAX_REQUESTS_PER_MINUTE = 6000;

const MINUTE_MS = 60_000;
/** Full buckets are forgotten once there are more than this. */
const MANY_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A bucket for each key that holds a minute's requests and refills steadily; `now` gives milliseconds. */
export function tokenBuckets(now: () => number): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    async take(keyId, requestsPerMinute) {
      const perMs = requestsPerMinute / MINUTE_MS;
      const bucket = buckets.get(keyId) ?? { tokens: requestsPerMinute, filledAt: now() };
      const refilled = bucket.tokens + (now() - bucket.filledAt) * perMs;
      bucket.tokens = Math.min(requestsPerMinute, refilled);
      bucket.filledAt = now();
      const isAllowed = bucket.tokens >= 1;
      if (isAllowed) bucket.tokens--;
      if (buckets.size > MANY_BUCKETS) forgetIdle(buckets, now());
      buckets.set(keyId, bucket);
      return {
        isAllowed,
        remaining: Math.floor(bucket.tokens),
        retryAfterSeconds: secondsUntil(1, bucket, perMs),
        fullAfterSeconds: secondsUntil(requestsPerMinute, bucket, perMs),
      };
    },
  };
}

function secondsUntil(tokens: number, bucket: Bucket, perMs: number): number {
  return Math.max(0, Math.ceil((tokens - bucket.tokens) / perMs / 1000));
}

/** A bucket that was left alone for a minute is full, and a full one is as good as a new one. */
function forgetIdle(buckets: Map<string, Bucket>, now: number): void {
  for (const [keyId, { filledAt }] of buckets) {
    if (now - filledAt >= MINUTE_MS) buckets.delete(keyId);
  }
}

/** The part of a rate-limiting binding that is used. */
export interface RateBinding {
  limit(options: { key: string; delta: number }): Promise<{ success: boolean }>;
}

/** The limit that wrangler.toml gives the binding, for a period of a minute: what one request weighs follows from it. */
export const BINDING_LIMIT = 60_000;

/**
 * Counts by the binding, which all isolates of a Cloudflare location share. It says yes or no only: what remains is what
 * this isolate's own buckets know of.
 * @throws UndertoneError `internal` if `candidate` is no such binding.
 */
export function cloudflareRateLimiter(candidate: unknown, now: () => number): RateLimiter {
  const binding = candidate as RateBinding | null | undefined;
  if (typeof binding?.limit !== "function") {
    throw new UndertoneError(
      "internal",
      "Not a rate limiter: name the binding in [[ratelimits]] of wrangler.toml.",
    );
  }
  const buckets = tokenBuckets(now);
  return {
    async take(keyId, requestsPerMinute) {
      const delta = Math.ceil(BINDING_LIMIT / requestsPerMinute);
      const [own, { success }] = await Promise.all([
        buckets.take(keyId, requestsPerMinute),
        binding.limit({ key: keyId, delta }),
      ]);
      if (success) return own;
      const retryAfterSeconds = Math.max(own.retryAfterSeconds, secondsToNextMinute(now()));
      return { ...own, isAllowed: false, remaining: 0, retryAfterSeconds };
    },
  };
}

/** The binding counts by the minute of the clock. */
function secondsToNextMinute(now: number): number {
  return Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1000);
}
