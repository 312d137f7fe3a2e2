/** Tables `recordings` and `windows`: who computes which window, and which are done. */
import { sql } from "../../database/database.ts";
import type { JobContext } from "../context.ts";
import type { Job } from "../job.ts";
import { type HeldJob, resendTime } from "../leases.ts";
import { computedNumbers, type RecordingPlan } from "./plan.ts";
import { LONGEST_RECORDING_MS, type WindowTries } from "./tries.ts";

/** A result is held so long for its recording: longer than that lasts, whose end keeps it or gives it up. */
const RESULT_HELD_MS = LONGEST_RECORDING_MS + 24 * 3600_000;

/** A recording as its row has it. */
export interface Recording {
  readonly jobId: string;
  readonly resultKey: string;
  readonly folder: string;
  readonly plan: RecordingPlan;
  /** When what is left of it is deleted; `null` while it is computed. */
  readonly expiresAt: number | null;
}

/** A window that is one's own until the lease ends. */
export interface HeldWindow extends WindowTries {
  readonly number: number;
  readonly token: string;
}

/** Windows that are done: which try's numbers count, and what computed them. */
export interface DoneWindow {
  readonly number: number;
  readonly made: number;
  readonly backend: string;
}

interface RecordingRow {
  readonly job_id: string;
  readonly result_key: string;
  readonly folder: string;
  readonly plan_json: string;
  readonly expires_at: number | null;
}

/** The recording of a job, or `null`. */
export async function readRecording(
  { database }: JobContext,
  jobId: string,
): Promise<Recording | null> {
  const row = await database.first<RecordingRow>(
    sql`SELECT job_id, result_key, folder, plan_json, expires_at FROM recordings WHERE job_id = ${jobId}`,
  );
  return (
    row && {
      jobId: row.job_id,
      resultKey: row.result_key,
      folder: row.folder,
      plan: JSON.parse(row.plan_json),
      expiresAt: row.expires_at,
    }
  );
}

/** Recordings of an owner that are being computed, `jobId` left out. */
export async function countRecordings(
  { database }: JobContext,
  { id, owner }: Pick<Job, "id" | "owner">,
): Promise<number> {
  const row = await database.first<{ count: number }>(
    sql`SELECT count(*) AS count FROM recordings JOIN jobs ON jobs.id = job_id
      WHERE recordings.owner IS ${owner} AND recordings.expires_at IS NULL AND job_id <> ${id}
        AND status IN ('queued', 'running')`,
  );
  return row?.count ?? 0;
}

/**
 * Writes the rows of a recording and holds its result, all or nothing; `false` if the job or the claim of its result is another's by
 * now, or if `most` other recordings of its owner were begun meanwhile: many may be decoded at once.
 */
export async function insertRecording(
  context: JobContext,
  { job, token }: HeldJob,
  resultKey: string,
  { plan, most }: { readonly plan: RecordingPlan; readonly most: number },
): Promise<boolean> {
  const { database, settings, now } = context;
  const numbers = computedNumbers(plan);
  const total = numbers.length;
  const until = now() + RESULT_HELD_MS;
  const counts = await database.batch([
    sql`DELETE FROM windows WHERE job_id = ${job.id}
      AND EXISTS (SELECT 1 FROM jobs WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running')`,
    sql`INSERT OR REPLACE INTO recordings (job_id, owner, result_key, folder, plan_json)
      SELECT id, owner, ${resultKey}, ${token}, ${JSON.stringify(plan)} FROM jobs
      WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'
        AND EXISTS (SELECT 1 FROM results WHERE key = ${resultKey} AND lease_token = ${token} AND header_json IS NULL)
        AND ${most} > (SELECT count(*) FROM recordings AS others JOIN jobs AS theirs ON theirs.id = others.job_id
          WHERE others.owner IS ${job.owner} AND others.expires_at IS NULL AND others.job_id <> ${job.id}
            AND theirs.status IN ('queued', 'running'))`,
    sql`UPDATE results SET leased_until = ${until}, expires_at = ${until}
      WHERE key = ${resultKey} AND lease_token = ${token}
        AND EXISTS (SELECT 1 FROM recordings WHERE job_id = ${job.id} AND folder = ${token})`,
    sql`INSERT INTO windows (job_id, number) SELECT ${job.id}, value FROM json_each(${JSON.stringify(numbers)})
      WHERE EXISTS (SELECT 1 FROM recordings WHERE job_id = ${job.id} AND folder = ${token})`,
    sql`UPDATE jobs SET windows_total = ${total}, windows_done = 0, unended_computations = ${job.unendedComputations},
        recording_ms = ${Math.round(plan.audio.seconds * 1000)}, recording_began_at = ${now()},
        leased_until = ${now() + settings.jobLeaseMs}, resend_at = ${resendTime(context)}
      WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'
        AND EXISTS (SELECT 1 FROM recordings WHERE job_id = ${job.id} AND folder = ${token})`,
  ]);
  return counts.at(-1) === 1;
}

/** Renews the lease of a window; `false` if it is held no more, or its job was deleted. */
export async function renewWindow(
  { database, settings, now }: JobContext,
  jobId: string,
  { number, token }: HeldWindow,
): Promise<boolean> {
  const renewed =
    await database.run(sql`UPDATE windows SET leased_until = ${now() + settings.jobLeaseMs}
    WHERE job_id = ${jobId} AND number = ${number} AND lease_token = ${token} AND done_try IS NULL`);
  return renewed === 1;
}

/** Notes that a window's numbers are stored, and that its job is alive; `false` if the window was held no more. */
export async function finishWindow(
  context: JobContext,
  jobId: string,
  { number, token, tries }: HeldWindow,
  backend: string,
): Promise<boolean> {
  const { database, settings, now } = context;
  const [done] = await database.batch([
    sql`UPDATE windows SET done_try = ${tries}, backend = ${backend}, lease_token = NULL
      WHERE job_id = ${jobId} AND number = ${number} AND lease_token = ${token} AND done_try IS NULL`,
    sql`UPDATE jobs SET leased_until = ${now() + settings.jobLeaseMs}, resend_at = ${resendTime(context)},
        windows_done = (SELECT count(*) FROM windows WHERE job_id = ${jobId} AND done_try IS NOT NULL)
      WHERE id = ${jobId} AND status = 'running'`,
  ]);
  return done === 1;
}

/** Gives a window back, to be begun again after a while; a try that only found the engine busy is not counted. */
export async function releaseWindow(
  { database, now }: JobContext,
  jobId: string,
  { number, token }: HeldWindow,
  { delaySeconds, isFailure }: { readonly delaySeconds: number; readonly isFailure: boolean },
): Promise<void> {
  await database.run(sql`
    UPDATE windows SET lease_token = NULL, leased_until = ${Math.ceil(now() + delaySeconds * 1000)},
      failures = failures + ${isFailure ? 1 : 0}, tries = tries - ${isFailure ? 0 : 1}
    WHERE job_id = ${jobId} AND number = ${number} AND lease_token = ${token} AND done_try IS NULL`);
}

/** What is left to do of a recording. */
export interface Remaining {
  readonly undone: number;
  /** Those of them that somebody computes now. */
  readonly held: number;
  /** When the first of them may be begun. */
  readonly nextAt: number | null;
}

/** Counts the windows that are not done. */
export async function remainingWindows(
  { database, now }: JobContext,
  jobId: string,
): Promise<Remaining> {
  const row = await database.first<{ undone: number; held: number; next_at: number | null }>(
    sql`SELECT count(*) AS undone, count(CASE WHEN lease_token IS NOT NULL AND leased_until > ${now()} THEN 1 END) AS held,
        min(leased_until) AS next_at
      FROM windows WHERE job_id = ${jobId} AND done_try IS NULL`,
  );
  return { undone: row?.undone ?? 0, held: row?.held ?? 0, nextAt: row?.next_at ?? null };
}

/** The windows that are done, in their order. */
export async function doneWindows({ database }: JobContext, jobId: string): Promise<DoneWindow[]> {
  return await database.all<DoneWindow>(
    sql`SELECT number, done_try AS made, backend FROM windows
      WHERE job_id = ${jobId} AND done_try IS NOT NULL ORDER BY number`,
  );
}

/** A job by whatever token it is held now, since messages about its windows may end it; `null` if it runs no more. */
export async function heldJob({ database, now }: JobContext, job: Job): Promise<HeldJob | null> {
  const row = await database.first<{ lease_token: string | null }>(
    sql`SELECT lease_token FROM jobs WHERE id = ${job.id} AND status = 'running'`,
  );
  const token = row?.lease_token ?? null;
  return token === null ? null : { job, token, sinceMs: job.startedAt ?? now() };
}
