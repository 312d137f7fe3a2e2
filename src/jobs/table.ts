/** Table `jobs`: rows in, jobs out. */

import { type Database, type SqlValue, type Statement, sql } from "../database/database.ts";
import type { JobContext } from "./context.ts";
import type { Job, JobProblem, JobStatus } from "./job.ts";

/** A row of table `jobs`. */
interface JobRow {
  readonly id: string;
  readonly owner: string | null;
  readonly status: JobStatus;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly expires_at: number | null;
  readonly source_json: string;
  readonly options_json: string;
  readonly metadata_json: string | null;
  readonly callback_url: string | null;
  readonly origin: string | null;
  readonly url_secret: string;
  readonly batch_id: string | null;
  readonly batch_line: number | null;
  readonly line_id: string | null;
  readonly result_key: string | null;
  readonly layers_done: number;
  readonly layers_total: number;
  readonly windows_total: number;
  readonly windows_done: number;
  readonly recording_ms: number | null;
  readonly recording_began_at: number | null;
  readonly clip_sha256s_json: string | null;
  readonly problem_json: string | null;
  readonly tries: number;
  readonly leased_until: number;
  readonly unended_computations: number;
}

/** The columns that a new row is made of; the others have their defaults. */
const INSERTED = [
  "id",
  "owner",
  "status",
  "created_at",
  "finished_at",
  "source_json",
  "options_json",
  "metadata_json",
  "callback_url",
  "origin",
  "url_secret",
  "batch_id",
  "batch_line",
  "line_id",
  "problem_json",
  "resend_at",
] as const;

/** The columns of a new job. */
export type NewJob = Omit<
  Job,
  | "startedAt"
  | "expiresAt"
  | "resultKey"
  | "layersDone"
  | "layersTotal"
  | "windowsTotal"
  | "windowsDone"
  | "recordingSeconds"
  | "recordingBeganAt"
  | "clipSha256s"
  | "tries"
  | "leasedUntil"
  | "unendedComputations"
> & {
  /** When its message is taken for lost; `null` if it needs none. */
  readonly resendAt: number | null;
};

/** Inserts jobs by one statement, however many; those whose id is there already stay as they are. */
export function insertJobs(jobs: readonly NewJob[]): Statement {
  const columns = INSERTED.map((_, index) => `json_extract(value, '$[${index}]')`);
  const rows = JSON.stringify(jobs.map(insertedValues));
  return {
    sql: `INSERT OR IGNORE INTO jobs (${INSERTED.join(", ")}) SELECT ${columns.join(", ")} FROM json_each(?)`,
    values: [rows],
  };
}

function insertedValues(job: NewJob): SqlValue[] {
  const row: Record<(typeof INSERTED)[number], SqlValue> = {
    id: job.id,
    owner: job.owner,
    status: job.status,
    created_at: job.createdAt,
    finished_at: job.finishedAt,
    source_json: JSON.stringify(job.source),
    options_json: JSON.stringify(job.options),
    metadata_json: job.metadata === null ? null : JSON.stringify(job.metadata),
    callback_url: job.callbackUrl,
    origin: job.origin,
    url_secret: job.urlSecret,
    batch_id: job.batchId,
    batch_line: job.batchLine,
    line_id: job.lineId,
    problem_json: job.problem === null ? null : JSON.stringify(job.problem),
    resend_at: job.resendAt,
  };
  return INSERTED.map((column) => row[column]);
}

/** The job, or `null` if there is none; one whose result has expired says so from that moment on. */
export async function readJob({ database, now }: JobContext, id: string): Promise<Job | null> {
  const row = await database.first<JobRow>(sql`SELECT * FROM jobs WHERE id = ${id}`);
  return row === null ? null : jobOfRow(row, now());
}

/** All rows of a query over `jobs`. */
export async function readJobs(
  { database, now }: Pick<JobContext, "now"> & { readonly database: Database },
  query: Statement,
): Promise<Job[]> {
  const rows = await database.all<JobRow>(query);
  return rows.map((row) => jobOfRow(row, now()));
}

function jobOfRow(row: JobRow, now: number): Job {
  const isExpired = row.status === "done" && row.expires_at !== null && row.expires_at <= now;
  return {
    id: row.id,
    owner: row.owner,
    status: isExpired ? "expired" : row.status,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    source: JSON.parse(row.source_json),
    options: JSON.parse(row.options_json),
    metadata: row.metadata_json === null ? null : JSON.parse(row.metadata_json),
    callbackUrl: row.callback_url,
    origin: row.origin,
    urlSecret: row.url_secret,
    batchId: row.batch_id,
    batchLine: row.batch_line,
    lineId: row.line_id,
    resultKey: row.result_key,
    layersDone: row.layers_done,
    layersTotal: row.layers_total,
    windowsTotal: row.windows_total,
    windowsDone: row.windows_done,
    recordingSeconds: row.recording_ms === null ? null : row.recording_ms / 1000,
    recordingBeganAt: row.recording_began_at,
    clipSha256s: row.clip_sha256s_json === null ? null : JSON.parse(row.clip_sha256s_json),
    problem: row.problem_json === null ? null : (JSON.parse(row.problem_json) as JobProblem),
    tries: row.tries,
    leasedUntil: row.leased_until,
    unendedComputations: row.unended_computations,
  };
}
