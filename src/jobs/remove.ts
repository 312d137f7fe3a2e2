/** Removal of a job by its owner. */

import { sql } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";
import { forgetResult } from "../results/results.ts";
import type { JobContext } from "./context.ts";
import { clipsOf, type Job } from "./job.ts";
import { removeRecording } from "./recording/remove.ts";

/**
 * Deletes a job, its clips, and its result if no other job has the same; one that runs is stopped soon.
 * @throws UndertoneError `job-in-batch` for a line of a batch that has not ended.
 */
export async function removeJob(context: JobContext, job: Job): Promise<void> {
  const { database, files } = context;
  const batch = await database.first(
    sql`SELECT 1 FROM batches WHERE id = ${job.batchId} AND status = 'running'`,
  );
  if (batch !== null) {
    throw new UndertoneError(
      "job-in-batch",
      `The job is a line of ${job.batchId}, which has not ended. Cancel the batch, or delete the job afterwards.`,
    );
  }
  await database.run(sql`DELETE FROM jobs WHERE id = ${job.id}`);
  for (const { key } of clipsOf(job)) await files.delete(key);
  if (job.windowsTotal > 0) await removeRecording(context, job.id);
  if (job.resultKey !== null) await forgetUnshared(context, job.resultKey);
}

/** Deletes the result under `key` if no job has it. */
export async function forgetUnshared(context: JobContext, key: string): Promise<void> {
  const other = await context.database.first(
    sql`SELECT 1 FROM jobs WHERE result_key = ${key} LIMIT 1`,
  );
  if (other === null) await forgetResult(context, key, Number.MAX_SAFE_INTEGER);
}
