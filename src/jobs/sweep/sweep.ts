/** The periodic sweep: lost messages, expired results, orphaned bytes. */

import { type Statement, sql } from "../../database/database.ts";
import { forgetExpiredResults } from "../../results/results.ts";
import { manifestKey } from "../batch/batch.ts";
import type { JobContext } from "../context.ts";
import { clipsOf } from "../job.ts";
import { deadSince, resendTime } from "../leases.ts";
import { forgetRecordings } from "../recording/remove.ts";
import { deleteOrphans } from "./orphans.ts";
import { takeAll } from "./take-all.ts";

/** The most rows of each kind that are handled at once. */
const PER_STEP = 100;
/** Steps that find more go on for so long; the rest waits for the next sweep. */
const SWEEP_MS = 20_000;
const IDEMPOTENCY_KEYS_LIVE_MS = 24 * 3600_000;
/** A job whose result has expired is still known to have existed for so long. */
const ROWS_OUTLIVE_RESULTS_MS = 30 * 24 * 3600_000;

/** To be called about once a minute; where the files cannot be used, what needs none is done all the same. */
export async function sweep(context: JobContext): Promise<void> {
  await takeAll([
    () => resendLostJobs(context),
    () => resendLostBatches(context),
    () => repeat(context, () => expireJobs(context)),
    () => repeat(context, () => expireBatches(context)),
    () => repeat(context, () => forgetExpiredResults(context, PER_STEP)),
    () => repeat(context, () => forgetRecordings(context, PER_STEP)),
    () => forgetRows(context),
    () => deleteOrphans(context, PER_STEP),
  ]);
}

/** Takes a step, which says how many rows it has handled, until it finds no more or time is over. */
async function repeat({ now }: JobContext, step: () => Promise<number>): Promise<void> {
  const until = now() + SWEEP_MS;
  while ((await step()) === PER_STEP && now() < until);
}

/** Queues may lose what a process took with it when it died, and a process may die before it sends a message. */
function resendLostJobs(context: JobContext): Promise<void> {
  // A job that is held is none, however long ago its message was sent.
  const lost = sql`SELECT id FROM jobs WHERE resend_at <= ${context.now()} AND leased_until <= ${deadSince(context)}
    ORDER BY resend_at LIMIT ${PER_STEP}`;
  return resendLost(context, "jobs", "job", lost);
}

function resendLostBatches(context: JobContext): Promise<void> {
  const lost = sql`SELECT id FROM batches WHERE resend_at <= ${context.now()} ORDER BY resend_at LIMIT ${PER_STEP}`;
  return resendLost(context, "batches", "batch", lost);
}

async function resendLost(
  context: JobContext,
  table: "jobs" | "batches",
  kind: "job" | "batch",
  which: Statement,
): Promise<void> {
  const { database, queue, now, log } = context;
  const lost = await database.all<{ id: string }>(which);
  if (lost.length === 0) return;
  await queue.send(lost.map(({ id }) => ({ kind, id })));
  const ids = JSON.stringify(lost.map(({ id }) => id));
  await database.run({
    sql: `UPDATE ${table} SET resend_at = ? WHERE resend_at <= ? AND id IN (SELECT value FROM json_each(?))`,
    values: [resendTime(context), now(), ids],
  });
  log({ level: "warn", event: "messages-resent", kind, count: lost.length });
}

async function expireJobs({ database, files, now }: JobContext): Promise<number> {
  const expired = await database.all<{ id: string; source_json: string }>(
    sql`SELECT id, source_json FROM jobs WHERE status = 'done' AND expires_at <= ${now()} LIMIT ${PER_STEP}`,
  );
  if (expired.length === 0) return 0;
  const clips = expired.flatMap(({ id, source_json }) =>
    clipsOf({ id, source: JSON.parse(source_json) }),
  );
  await Promise.all(clips.map(({ key }) => files.delete(key)));
  const ids = JSON.stringify(expired.map(({ id }) => id));
  await database.run(
    sql`UPDATE jobs SET status = 'expired' WHERE id IN (SELECT value FROM json_each(${ids})) AND status = 'done'`,
  );
  return expired.length;
}

async function expireBatches({ database, files, now }: JobContext): Promise<number> {
  const expired = await database.all<{ id: string }>(
    sql`SELECT id FROM batches WHERE status IN ('done', 'cancelled') AND expires_at <= ${now()} LIMIT ${PER_STEP}`,
  );
  if (expired.length === 0) return 0;
  await Promise.all(expired.map(({ id }) => files.delete(manifestKey(id))));
  const ids = JSON.stringify(expired.map(({ id }) => id));
  await database.run(
    sql`UPDATE batches SET status = 'expired' WHERE id IN (SELECT value FROM json_each(${ids}))`,
  );
  return expired.length;
}

async function forgetRows({ database, now }: JobContext): Promise<void> {
  const longAgo = now() - ROWS_OUTLIVE_RESULTS_MS;
  await database.batch([
    sql`DELETE FROM batches WHERE expires_at <= ${longAgo}`,
    sql`DELETE FROM jobs WHERE expires_at <= ${longAgo}`,
    sql`DELETE FROM idempotency WHERE created_at <= ${now() - IDEMPOTENCY_KEYS_LIVE_MS}`,
  ]);
}
