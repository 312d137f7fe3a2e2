/** Events that are told to a URL: what they say, and the row from which they are delivered. */
import { type Statement, sql } from "../database/database.ts";

/** The end of a job or of a batch. */
export type EventType =
  | "job.done"
  | "job.failed"
  | "job.cancelled"
  | "batch.done"
  | "batch.cancelled";

/** One event and where it goes. */
export interface DeliveryEvent {
  readonly type: EventType;
  /** The job or batch. */
  readonly subjectId: string;
  /** Whose secrets sign it; `null` for jobs that no key asked for. */
  readonly owner: string | null;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  /** The body's member `data`: plain JSON, the same for every try. */
  readonly data: object;
}

/** A row of table `deliveries`. */
export interface DeliveryRow {
  readonly id: string;
  readonly subject_id: string;
  readonly owner: string | null;
  readonly url: string;
  readonly host: string;
  readonly payload: string;
  readonly status: "pending" | "delivered" | "exhausted" | "disabled";
  readonly tries: number;
  readonly created_at: number;
  readonly next_try_at: number | null;
  readonly lease_token: string | null;
  readonly leased_until: number;
}

/** The webhook-id of an event: a subject ends once, so that an event told twice has the same id. */
export function deliveryId(subjectId: string): string {
  return `msg_${subjectId}`;
}

/**
 * The statement that puts an event down for delivery. It belongs into the batch that ends its subject, so that neither
 * happens without the other; where the subject's row is not in status `status`, or was told already, it does nothing.
 */
export function deliveryStatement(
  event: DeliveryEvent,
  { table, status }: { readonly table: "jobs" | "batches"; readonly status: string },
): Statement {
  const payload = JSON.stringify({
    type: event.type,
    timestamp: new Date(event.occurredAt).toISOString(),
    data: event.data,
  });
  const row = sql`INSERT OR IGNORE INTO deliveries
    (id, subject_id, owner, url, host, payload, status, created_at, next_try_at)
    SELECT ${deliveryId(event.subjectId)}, ${event.subjectId}, ${event.owner}, ${event.url},
      ${new URL(event.url).host}, ${payload},
      'pending', ${event.occurredAt}, ${event.occurredAt}`;
  return {
    sql: `${row.sql} WHERE EXISTS (SELECT 1 FROM ${table} WHERE id = ? AND status = ?)`,
    values: [...row.values, event.subjectId, status],
  };
}
