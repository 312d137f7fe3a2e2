/** Leases of jobs: one consumer at a time works on a job, for as long as its lease lasts. */

import { newId } from "../crypto/ids.ts";
import { type SqlValue, sql } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";
import type { JobContext } from "./context.ts";
import type { Job, JobProblem } from "./job.ts";
import { readJobs } from "./table.ts";

/** A job that is one's own until the lease ends. */
export interface HeldJob {
  readonly job: Job;
  readonly token: string;
  /** When this try began. */
  readonly sinceMs: number;
}

/** A message whose job has shown no sign of life for so many leases is taken for lost. */
const PATIENCE_LEASES = 5;

/** However long work takes, its lease is renewed so often while it lasts. */
const RENEWALS_PER_LEASE = 4;

/** Milliseconds from one renewal of a lease to the next. */
export function renewalMs({ settings }: Pick<JobContext, "settings">): number {
  return settings.jobLeaseMs / RENEWALS_PER_LEASE;
}

/** What stops the work of who has lost a job's lease. */
export function leaseLost(): UndertoneError {
  return new UndertoneError("request-aborted", "The job was deleted, or is another consumer's.");
}

/** When a job whose lease ended then, or before, is taken for one without a message, whatever its `resend_at` says. */
export function deadSince({ settings, now }: Pick<JobContext, "settings" | "now">): number {
  return now() - (PATIENCE_LEASES - 1) * settings.jobLeaseMs;
}

/** When a message sent now is taken for lost. */
export function resendTime({ settings, now }: Pick<JobContext, "settings" | "now">): number {
  return now() + PATIENCE_LEASES * settings.jobLeaseMs;
}

/** Begins a try of job `id`; `null` if it is gone, over, or held by another. */
export async function claimJob(context: JobContext, id: string): Promise<HeldJob | null> {
  const { settings, now } = context;
  const token = newId("lease");
  const sinceMs = now();
  const [job] = await readJobs(
    context,
    sql`UPDATE jobs SET status = 'running', started_at = coalesce(started_at, ${now()}), tries = tries + 1,
      lease_token = ${token}, leased_until = ${now() + settings.jobLeaseMs}, layers_done = 0
    WHERE id = ${id} AND status IN ('queued', 'running') AND leased_until <= ${now()} RETURNING *`,
  );
  return job === undefined ? null : { job, token, sinceMs };
}

/**
 * Notes that the computation of a held job begins. If nothing more is heard of it, not even that it failed, whoever takes
 * the job over finds it among the job's `unendedComputations`. `false` if the job is held no more.
 */
export async function noteComputation(
  { database, settings, now }: JobContext,
  { job, token }: HeldJob,
): Promise<boolean> {
  const noted = await database.run(sql`
    UPDATE jobs SET unended_computations = ${job.unendedComputations + 1}, leased_until = ${now() + settings.jobLeaseMs}
    WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'`);
  return noted === 1;
}

/** Notes how far a held job is and renews its lease; `false` if it is held no more, or was deleted. */
export async function noteProgress(
  context: JobContext,
  { job, token }: Pick<HeldJob, "job" | "token">,
  layersDone: number,
  layersTotal: number,
): Promise<boolean> {
  const { database, settings, now } = context;
  const renewed = await database.run(sql`
    UPDATE jobs SET layers_done = ${layersDone}, layers_total = ${layersTotal}, leased_until = ${now() + settings.jobLeaseMs}
    WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'`);
  return renewed === 1;
}

/**
 * Gives a held job back to the queue, with the reason if its try failed; a try that only found the job's result or the
 * engine busy is not counted.
 */
export async function releaseJob(
  context: JobContext,
  { job, token }: HeldJob,
  failure: JobProblem | null,
): Promise<void> {
  const problem: SqlValue = failure === null ? null : JSON.stringify(failure);
  const unended = job.unendedComputations + (failure?.slug === "engine-crashed" ? 1 : 0);
  await context.database.run(sql`
    UPDATE jobs SET status = 'queued', lease_token = NULL, leased_until = 0, resend_at = ${resendTime(context)},
      unended_computations = ${unended}, tries = tries - ${failure === null ? 1 : 0}, problem_json = coalesce(${problem}, problem_json)
    WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'`);
}
