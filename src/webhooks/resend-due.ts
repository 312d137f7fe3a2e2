/** Finds deliveries that are due and that no message will bring: for times beyond a queue's patience, and lost messages. */
import { type Database, sql } from "../database/database.ts";
import type { MessageQueue } from "../queue/messages.ts";

/** A message that is on its way has this long to come. */
const OVERDUE_MS = 30_000;

/** As many as one batch of Cloudflare's queues takes; the next call finds the rest. */
const MAX_DELIVERIES = 100;

/** Puts overdue deliveries into the queue, the longest overdue first; gives their number. To be called every minute. */
export async function resendDue(
  database: Database,
  queue: MessageQueue,
  nowMs: number,
): Promise<number> {
  const overdue = await database.all<{ id: string }>(
    sql`SELECT id FROM deliveries
      WHERE next_try_at <= ${nowMs - OVERDUE_MS} AND status = 'pending' AND leased_until <= ${nowMs}
      ORDER BY next_try_at LIMIT ${MAX_DELIVERIES}`,
  );
  if (overdue.length > 0) {
    await queue.send(overdue.map(({ id }) => ({ kind: "delivery", id })));
  }
  return overdue.length;
}
