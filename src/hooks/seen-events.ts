/** Which events a hook has taken already: senders repeat theirs, and thieves would. */
import { type Database, sql } from "../database/database.ts";

/** Senders give up within days (Standard Webhooks after 76 hours); a proof with a time in it is good for minutes. */
const REMEMBERED_MS = 7 * 24 * 3600_000;

/** The job that event `eventId` made; `null` if it has not been seen. */
export async function jobOfEvent(
  database: Database,
  hookName: string,
  eventId: string,
): Promise<string | null> {
  const seen = await database.first<{ job_id: string }>(
    sql`SELECT job_id FROM hook_seen_ids WHERE hook_name = ${hookName} AND event_id = ${eventId}`,
  );
  return seen?.job_id ?? null;
}

/** Remembers that event `eventId` made the job. */
export async function rememberEvent(
  database: Database,
  event: { readonly hookName: string; readonly eventId: string; readonly jobId: string },
  nowMs: number,
): Promise<void> {
  const { hookName, eventId, jobId } = event;
  await database.run(
    sql`INSERT OR IGNORE INTO hook_seen_ids (hook_name, event_id, job_id, seen_at)
      VALUES (${hookName}, ${eventId}, ${jobId}, ${nowMs})`,
  );
}

/** Forgets events that nobody sends any more. To be called now and then. */
export async function forgetOldEvents(database: Database, nowMs: number): Promise<void> {
  await database.run(sql`DELETE FROM hook_seen_ids WHERE seen_at <= ${nowMs - REMEMBERED_MS}`);
}
