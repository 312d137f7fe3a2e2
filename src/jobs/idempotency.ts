/** Requests that may be sent twice and count once (draft-ietf-httpapi-idempotency-key-header). */

import { newId } from "../crypto/ids.ts";
import { sql } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";
import type { JobContext } from "./context.ts";

/** A request that may be repeated. */
export interface RepeatableRequest {
  readonly owner: string | null;
  /** Its Idempotency-Key; `null` for a request that has none and always makes something new. */
  readonly key: string | null;
  /** SHA-256 of what is asked for, however it is written down. */
  readonly fingerprint: string;
  /** The id of what it makes, if no request of its key has made it before. */
  readonly newId: string;
}

/** A first request that has not renewed its lease for so long has died. */
const LEASE_MS = 5000;
const RENEW_MS = 1500;

/** The time for which a process that knows no leases holds a key. */
const UNLEASED_MS = 60_000;

interface KnownRequest {
  readonly fingerprint: string;
  readonly subject_id: string;
  readonly complete: number;
  readonly created_at: number;
  readonly leased_until: number | null;
}

/** True if nothing was made: what broke off half-way keeps its id, by which the next request of the key goes on. */
function isRefusal(error: unknown): boolean {
  return error instanceof UndertoneError && error.slug !== "storage-unavailable";
}

/**
 * Has the first request of a key make something, and gives its id to that request and to all that repeat it. `make` is
 * called again with the same id if it died or met an outage the first time.
 * @throws UndertoneError `idempotency-key-reused` if the key stands for another request, `idempotency-key-in-use` if its
 *   first request is not over; what `make` throws.
 */
export async function onlyOnce(
  { database, now }: JobContext,
  { owner, key, fingerprint, newId: newSubjectId }: RepeatableRequest,
  make: (id: string) => Promise<unknown>,
): Promise<string> {
  if (key === null) {
    await make(newSubjectId);
    return newSubjectId;
  }
  const claim: Claim = { scope: owner ?? "", key, token: newId("lease") };
  const claimed = await database.run(sql`
    INSERT INTO idempotency (owner, key, fingerprint, subject_id, created_at, lease_token, leased_until)
    VALUES (${claim.scope}, ${key}, ${fingerprint}, ${newSubjectId}, ${now()}, ${claim.token}, ${now() + LEASE_MS})
    ON CONFLICT (owner, key) DO UPDATE SET lease_token = excluded.lease_token, leased_until = excluded.leased_until
    WHERE complete = 0 AND fingerprint = excluded.fingerprint
      AND coalesce(leased_until, created_at + ${UNLEASED_MS}) <= ${now()}`);
  const known = await database.first<KnownRequest>(
    sql`SELECT * FROM idempotency WHERE owner = ${claim.scope} AND key = ${key}`,
  );
  if (known === null) throw inUse(0);
  if (known.fingerprint !== fingerprint) throw reused();
  const { subject_id: subjectId } = known;
  if (known.complete === 1) return subjectId;
  if (claimed === 0) {
    throw inUse((known.leased_until ?? known.created_at + UNLEASED_MS) - now());
  }
  const stopRenewing = keepRenewing({ database, now }, claim);
  try {
    await make(subjectId);
  } catch (error) {
    await database.run(
      isRefusal(error)
        ? sql`DELETE FROM idempotency
            WHERE owner = ${claim.scope} AND key = ${key} AND lease_token = ${claim.token}`
        : sql`UPDATE idempotency SET leased_until = ${now()}
            WHERE owner = ${claim.scope} AND key = ${key} AND lease_token = ${claim.token}`,
    );
    throw error;
  } finally {
    stopRenewing();
  }
  // Also where another has taken it over meanwhile: both make the same.
  await database.run(
    sql`UPDATE idempotency SET complete = 1 WHERE owner = ${claim.scope} AND key = ${key}
      AND subject_id = ${subjectId}`,
  );
  return subjectId;
}

/** A key that is held. */
interface Claim {
  readonly scope: string;
  readonly key: string;
  readonly token: string;
}

/** Renews the lease of a key now and then; what it gives stops that. */
function keepRenewing(
  { database, now }: Pick<JobContext, "database" | "now">,
  { scope, key, token }: Claim,
): () => void {
  const renew = () =>
    database
      .run(
        sql`UPDATE idempotency SET leased_until = ${now() + LEASE_MS}
          WHERE owner = ${scope} AND key = ${key} AND lease_token = ${token} AND complete = 0`,
      )
      // A lease that cannot be renewed is another's at worst, who makes the same.
      .catch(() => {});
  const timer = setInterval(renew, RENEW_MS);
  return () => clearInterval(timer);
}

/** `leftMs`: how long the lease lasts if it is not renewed. */
function inUse(leftMs: number): UndertoneError {
  return new UndertoneError(
    "idempotency-key-in-use",
    "The first request with this Idempotency-Key is still under way, or has died. Send this one again after the time that Retry-After says.",
    { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) },
  );
}

function reused(): UndertoneError {
  return new UndertoneError(
    "idempotency-key-reused",
    "This Idempotency-Key was sent with another request before. Use a new key for a new request.",
  );
}
