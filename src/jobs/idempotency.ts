/** Requests that may be sent twice and count once (draft-ietf-httpapi-idempotency-key-header). */
import { UndertoneError } from "../errors.ts";
import type { JobContext } from "./context.ts";
import { sql } from "./database.ts";
import { newId } from "./ids.ts";

/** A request that may be repeated. */
export interface RepeatableRequest {
  readonly owner: string | null;
  /** Its Idempotency-Key; `null` for a request that has none and always makes something new. */
  readonly key: string | null;
  /** SHA-256 of what is asked for, however it is written down. */
  readonly fingerprint: string;
  /** What ids begin with of what it makes. */
  readonly prefix: string;
}

/** A first request that has said nothing for so long has died. */
const IN_FLIGHT_MS = 60_000;

interface KnownRequest {
  readonly fingerprint: string;
  readonly subject_id: string;
  readonly complete: number;
}

/** Whether nothing was made: what broke off half-way keeps its id, by which the next request of the key goes on. */
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
  { owner, key, fingerprint, prefix }: RepeatableRequest,
  make: (id: string) => Promise<unknown>,
): Promise<string> {
  const newSubjectId = newId(prefix);
  if (key === null) {
    await make(newSubjectId);
    return newSubjectId;
  }
  const scope = owner ?? "";
  const claimed = await database.run(sql`
    INSERT INTO idempotency (owner, key, fingerprint, subject_id, created_at)
    VALUES (${scope}, ${key}, ${fingerprint}, ${newSubjectId}, ${now()})
    ON CONFLICT (owner, key) DO UPDATE SET created_at = excluded.created_at
    WHERE complete = 0 AND fingerprint = excluded.fingerprint AND created_at <= ${now() - IN_FLIGHT_MS}`);
  const known = await database.first<KnownRequest>(
    sql`SELECT * FROM idempotency WHERE owner = ${scope} AND key = ${key}`,
  );
  if (known === null) throw inUse();
  if (known.fingerprint !== fingerprint) throw reused();
  const { subject_id: subjectId } = known;
  if (known.complete === 1) return subjectId;
  if (claimed === 0) throw inUse();
  try {
    await make(subjectId);
  } catch (error) {
    await database.run(
      isRefusal(error)
        ? sql`DELETE FROM idempotency WHERE owner = ${scope} AND key = ${key}`
        : sql`UPDATE idempotency SET created_at = ${now() - IN_FLIGHT_MS}
            WHERE owner = ${scope} AND key = ${key}`,
    );
    throw error;
  }
  await database.run(
    sql`UPDATE idempotency SET complete = 1 WHERE owner = ${scope} AND key = ${key}`,
  );
  return subjectId;
}

function inUse(): UndertoneError {
  return new UndertoneError(
    "idempotency-key-in-use",
    "The first request with this Idempotency-Key is still under way. Send this one again in a moment.",
    { retryAfterSeconds: 1 },
  );
}

function reused(): UndertoneError {
  return new UndertoneError(
    "idempotency-key-reused",
    "This Idempotency-Key was sent with another request before. Use a new key for a new request.",
  );
}
