/** What is left of a recording when its job is over. */
import { sql } from "../../database/database.ts";
import { abandonResult, deleteFolder, releaseClaim } from "../../results/results.ts";
import type { JobContext } from "../context.ts";
import type { Job } from "../job.ts";
import { readJob } from "../table.ts";
import { deleteSamples } from "./samples.ts";
import { type Recording, readRecording } from "./table.ts";

/**
 * Ends the recording of a job that has ended, if it was one: of a job that is done the result has its windows, those of a failed
 * one stay readable for as long as a result would, and of a cancelled one nothing stays.
 */
export async function endRecording(context: JobContext, job: Job): Promise<void> {
  if (job.windowsTotal === 0) return;
  if (job.status === "cancelled") return await removeRecording(context, job.id);
  await deleteSamples(context.files, { jobId: job.id });
  const recording = await readRecording(context, job.id);
  if (recording === null || recording.expiresAt !== null) return;
  if (job.status !== "failed") return await forgetRows(context, job.id);
  const { database, settings, now } = context;
  await abandonResult(context, recording.resultKey, recording.folder);
  await database.run(
    sql`UPDATE recordings SET expires_at = ${now() + settings.resultTtlMs} WHERE job_id = ${job.id}`,
  );
}

/** Removes the recording of one try, with all that was written of it; `false` if it is gone already. */
export async function dropRecording(
  context: JobContext,
  { jobId, resultKey, folder }: Recording,
): Promise<boolean> {
  await deleteSamples(context.files, { jobId, folder });
  await releaseClaim(context, resultKey, folder);
  const [, dropped] = await context.database.batch([
    sql`DELETE FROM windows WHERE job_id = ${jobId}
      AND EXISTS (SELECT 1 FROM recordings WHERE job_id = ${jobId} AND folder = ${folder})`,
    sql`DELETE FROM recordings WHERE job_id = ${jobId} AND folder = ${folder}`,
  ]);
  return dropped === 1;
}

/** Removes a recording whose job is deleted or cancelled, with all that was written of it. */
export async function removeRecording(context: JobContext, jobId: string): Promise<void> {
  const recording = await readRecording(context, jobId);
  await deleteSamples(context.files, { jobId });
  if (recording !== null) {
    const { resultKey, folder } = recording;
    if (recording.expiresAt === null) await releaseClaim(context, resultKey, folder);
    else await deleteFolder(context, resultKey, folder);
  }
  await forgetRows(context, jobId);
}

/**
 * Removes what is left of failed recordings whose time is over, and ends those whose jobs were ended or deleted by who died right after
 * that; at most `limit` of them. Gives their number.
 */
export async function forgetRecordings(context: JobContext, limit: number): Promise<number> {
  const { database, now } = context;
  const over = await database.all<{ job_id: string; expires_at: number | null }>(sql`
    SELECT job_id, expires_at FROM recordings WHERE expires_at <= ${now()} OR (expires_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = job_id AND status IN ('queued', 'running')))
    LIMIT ${limit}`);
  for (const { job_id, expires_at } of over) {
    const job = expires_at === null ? await readJob(context, job_id) : null;
    if (job === null) await removeRecording(context, job_id);
    else await endRecording(context, job);
  }
  return over.length;
}

async function forgetRows({ database }: JobContext, jobId: string): Promise<void> {
  await database.batch([
    sql`DELETE FROM windows WHERE job_id = ${jobId}`,
    sql`DELETE FROM recordings WHERE job_id = ${jobId}`,
  ]);
}
