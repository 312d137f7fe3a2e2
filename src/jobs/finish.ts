/** The end of a job: told to whoever wants to know, in the same breath. */

import { sql } from "../database/database.ts";
import { deliveryId, deliveryStatement, type EventType } from "../webhooks/deliveries.ts";
import { writeToBucket, writtenProblem } from "./bucket/results.ts";
import type { JobContext } from "./context.ts";
import { clipsOf, type Job, type JobProblem } from "./job.ts";
import type { HeldJob } from "./leases.ts";
import { endRecording } from "./recording/remove.ts";
import { jobWebhookData } from "./webhook-data.ts";

/** The end of a job. */
export type JobEnd =
  | {
      readonly status: "done";
      readonly resultKey: string;
      /** When the result was computed; `null` for one that was there already. */
      readonly computedAt: number | null;
      /** `null` if nobody has counted. */
      readonly layersTotal: number | null;
    }
  | { readonly status: "failed"; readonly problem: JobProblem };

/**
 * Ends a job that the caller holds; `false` if it was not the caller's any more, and then nothing has happened. The row,
 * the result's lifetime and the delivery of the webhook change together or not at all.
 */
export async function finishJob(
  context: JobContext,
  { job, token }: HeldJob,
  end: JobEnd,
): Promise<boolean> {
  const { database, now } = context;
  const finishedAt = now();
  const done =
    end.status === "done" ? end : { resultKey: null, computedAt: null, layersTotal: null };
  const { resultKey, layersTotal } = done;
  // A result that was just saved lives long enough, and no row of it need be written again.
  const resultExpiresAt = (done.computedAt ?? finishedAt) + context.settings.resultTtlMs;
  const expiresAt = job.batchId === null ? resultExpiresAt : null;
  const problem = end.status === "failed" ? end.problem : null;
  const finished: Job = { ...job, status: end.status, finishedAt, expiresAt, resultKey, problem };
  const [changed] = await database.batch([
    sql`UPDATE jobs SET status = ${end.status}, finished_at = ${finishedAt}, expires_at = ${expiresAt},
        result_key = ${resultKey}, problem_json = ${problem && JSON.stringify(problem)},
        layers_total = coalesce(${layersTotal}, layers_total),
        layers_done = CASE WHEN ${end.status} = 'done' THEN coalesce(${layersTotal}, layers_total) ELSE layers_done END,
        lease_token = NULL, leased_until = 0, resend_at = NULL
      WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'`,
    sql`UPDATE results SET expires_at = ${resultExpiresAt}
      WHERE key = ${resultKey} AND expires_at < ${resultExpiresAt} AND EXISTS (SELECT 1 FROM jobs WHERE id = ${job.id} AND result_key = ${resultKey})`,
    ...(await jobDelivery(finished)),
  ]);
  if (changed === 0) return false;
  await afterJob(context, finished);
  return true;
}

/** The statement that has a job's end delivered, if anybody wants to know. */
async function jobDelivery(job: Job) {
  if (job.callbackUrl === null) return [];
  const event = {
    type: `job.${job.status}` as EventType,
    subjectId: job.id,
    owner: job.owner,
    url: job.callbackUrl,
    occurredAt: job.finishedAt ?? job.createdAt,
    data: await jobWebhookData(job),
  };
  return [deliveryStatement(event, { table: "jobs", status: job.status })];
}

/** The steps after a job's end; a later delivery of the job's message may repeat them. */
export async function afterJob(context: JobContext, job: Job): Promise<void> {
  const { database, files, queue } = context;
  for (const { key } of clipsOf(job)) await files.delete(key);
  await endRecording(context, job);
  if (job.status === "failed") await writeToBucket(context, job, writtenProblem(job));
  if (job.callbackUrl !== null) {
    await queue.send([{ kind: "delivery", id: deliveryId(job.id) }]);
  }
  if (job.batchId === null) return;
  const unfinished = await database.first(
    sql`SELECT 1 FROM jobs WHERE batch_id = ${job.batchId} AND status IN ('queued', 'running') LIMIT 1`,
  );
  if (unfinished === null) await queue.send([{ kind: "batch", id: job.batchId }]);
}
