/** The periodic sweep: lost messages, expired results, orphaned bytes. */

import { sql } from "../../database/database.ts";
import { forgetExpiredResults } from "../../results/results.ts";
import { manifestKey } from "../batch/batch.ts";
import type { JobContext } from "../context.ts";
import { clipsOf } from "../job.ts";
import { resendTime } from "../leases.ts";
import { deleteOrphans } from "./orphans.ts";
import { takeAll } from "./take-all.ts";

/** The most rows of each kind that one sweep handles; the rest waits for the next. */
const PER_SWEEP = 100;
const IDEMPOTENCY_KEYS_LIVE_MS = 24 * 3600_000;
/** A job whose result has expired is still known to have existed for so long. */
const ROWS_OUTLIVE_RESULTS_MS = 30 * 24 * 3600_000;

/** To be called about once a minute; where the files cannot be used, what needs none is done all the same. */
export async function sweep(context: JobContext): Promise<void> {
  await takeAll([
    () => resendLost(context, "jobs", "job"),
    () => resendLost(context, "batches", "batch"),
    () => expireJobs(context),
    () => expireBatches(context),
    () => forgetExpiredResults(context, PER_SWEEP),
    () => forgetRows(context),
    () => deleteOrphans(context, PER_SWEEP),
  ]);
}

/** Queues may lose what a process took with it when it died, and a process may die before it sends a message. */
async function resendLost(
  context: JobContext,
  table: "jobs" | "batches",
  kind: "job" | "batch",
): Promise<void> {
  const { database, queue, now, log } = context;
  const lost = await database.all<{ id: string }>({
    sql: `SELECT id FROM ${table} WHERE resend_at <= ? ORDER BY resend_at LIMIT ?`,
    values: [now(), PER_SWEEP],
  });
  if (lost.length === 0) return;
  await queue.send(lost.map(({ id }) => ({ kind, id })));
  const ids = JSON.stringify(lost.map(({ id }) => id));
  await database.run({
    sql: `UPDATE ${table} SET resend_at = ? WHERE resend_at <= ? AND id IN (SELECT value FROM json_each(?))`,
    values: [resendTime(context), now(), ids],
  });
  log({ level: "warn", event: "messages-resent", kind, count: lost.length });
}

async function expireJobs({ database, files, now }: JobContext): Promise<void> {
  const expired = await database.all<{ id: string; source_json: string }>(
    sql`SELECT id, source_json FROM jobs WHERE status = 'done' AND expires_at <= ${now()} LIMIT ${PER_SWEEP}`,
  );
  for (const { id, source_json } of expired) {
    const clips = clipsOf({ id, source: JSON.parse(source_json) });
    for (const { key } of clips) await files.delete(key);
    await database.run(
      sql`UPDATE jobs SET status = 'expired' WHERE id = ${id} AND status = 'done'`,
    );
  }
}

async function expireBatches({ database, files, now }: JobContext): Promise<void> {
  const expired = await database.all<{ id: string }>(
    sql`SELECT id FROM batches WHERE status IN ('done', 'cancelled') AND expires_at <= ${now()} LIMIT ${PER_SWEEP}`,
  );
  for (const { id } of expired) {
    await files.delete(manifestKey(id));
    await database.run(sql`UPDATE batches SET status = 'expired' WHERE id = ${id}`);
  }
}

async function forgetRows({ database, now }: JobContext): Promise<void> {
  const longAgo = now() - ROWS_OUTLIVE_RESULTS_MS;
  await database.batch([
    sql`DELETE FROM batches WHERE expires_at <= ${longAgo}`,
    sql`DELETE FROM jobs WHERE expires_at <= ${longAgo}`,
    sql`DELETE FROM idempotency WHERE created_at <= ${now() - IDEMPOTENCY_KEYS_LIVE_MS}`,
  ]);
}
