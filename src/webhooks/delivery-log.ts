/** The log of deliveries, for owners to read and to try one again. */
import { type Database, type Row, sql } from "../database/database.ts";
import type { MessageQueue } from "../queue/messages.ts";
import type { AttemptOutcome } from "./attempt.ts";
import type { DeliveryRow } from "./deliveries.ts";

/** One attempt, as it was recorded. */
export interface AttemptRecord {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** `null` until it is over. */
  readonly durationMs: number | null;
  readonly responseStatus: number | null;
  readonly outcome: AttemptOutcome | "unfinished";
}

/** A webhook and its attempts, the first one first. */
export interface DeliveryRecord {
  readonly row: DeliveryRow;
  readonly attempts: readonly AttemptRecord[];
}

/** The webhooks about the job or batch `subjectId`. */
export async function listDeliveries(
  database: Database,
  subjectId: string,
): Promise<DeliveryRecord[]> {
  const rows = await database.all<DeliveryRow & Row>(
    sql`SELECT * FROM deliveries WHERE subject_id = ${subjectId} ORDER BY created_at, id`,
  );
  return Promise.all(
    rows.map(async (row) => ({ row, attempts: await listAttempts(database, row.id) })),
  );
}

function listAttempts(database: Database, deliveryId: string): Promise<AttemptRecord[]> {
  return database.all(
    sql`SELECT number, started_at AS startedAt, duration_ms AS durationMs,
        response_status AS responseStatus, outcome
      FROM delivery_attempts WHERE delivery_id = ${deliveryId} ORDER BY number`,
  );
}

/**
 * Has delivery `id` of `subjectId` tried again now, whatever became of it, with the same webhook-id and body; an endpoint
 * that was disabled is enabled again. If the try fails, the rest of the schedule follows, if there is a rest. `false` if
 * there is no such delivery.
 */
export async function redeliver(
  database: Database,
  queue: MessageQueue,
  { subjectId, id, nowMs }: { subjectId: string; id: string; nowMs: number },
): Promise<boolean> {
  const [, changed] = await database.batch([
    sql`DELETE FROM disabled_endpoints WHERE EXISTS (SELECT 1 FROM deliveries
      WHERE deliveries.id = ${id} AND subject_id = ${subjectId}
        AND disabled_endpoints.owner = COALESCE(deliveries.owner, '')
        AND disabled_endpoints.url = deliveries.url)`,
    sql`UPDATE deliveries SET status = 'pending', next_try_at = ${nowMs}
      WHERE id = ${id} AND subject_id = ${subjectId}`,
  ]);
  if (changed !== 1) return false;
  await queue.send([{ kind: "delivery", id }]);
  return true;
}

const KEPT_MS = 30 * 24 * 3600_000;

/** Forgets, a thousand at a time, webhooks that were over a month ago. To be called now and then. */
export async function forgetOldDeliveries(database: Database, nowMs: number): Promise<void> {
  const old = await database.all<{ id: string }>(
    sql`SELECT id FROM deliveries
      WHERE created_at <= ${nowMs - KEPT_MS} AND status <> 'pending' LIMIT 1000`,
  );
  if (old.length === 0) return;
  const ids = JSON.stringify(old.map(({ id }) => id));
  await database.batch([
    sql`DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT value FROM json_each(${ids}))`,
    sql`DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(${ids}))`,
  ]);
}
