/** A batch: many clips asked for at once. */
import type { Job, JobOptions, JobProblem, JobSource } from "../job.ts";

/** `done` and `cancelled` are ends; then the list of results expires. */
export const BATCH_STATUSES = ["running", "done", "cancelled", "expired"] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** One batch; times are milliseconds since 1970. */
export interface Batch
  extends Pick<
    Job,
    | "id"
    | "owner"
    | "createdAt"
    | "finishedAt"
    | "expiresAt"
    | "options"
    | "metadata"
    | "callbackUrl"
    | "origin"
    | "urlSecret"
  > {
  readonly status: BatchStatus;
  readonly lines: number;
  /** The number of lines that have become jobs. */
  readonly linesSubmitted: number;
  readonly isCancelled: boolean;
}

/** A line of a batch, checked: a clip to fetch, or why it cannot be. */
export type BatchLine =
  | { readonly lineId: string | null; readonly source: JobSource; readonly options: JobOptions }
  | { readonly lineId: string | null; readonly problem: JobProblem };

/** Lines become jobs in steps of this many: each step is one statement and a few calls to the queue. */
export const LINES_PER_STEP = 500;

/** The key under which step `step` of a batch's lines is stored until they have become jobs. */
export function linesKey(batchId: string, step: number): string {
  return `batches/${batchId}/lines/${step}`;
}

/** The key of the list of results of a batch that is over. */
export function manifestKey(batchId: string): string {
  return `batches/${batchId}/results.jsonl`;
}

/** The job of a batch's line. */
export function lineJobId(batchId: string, line: number): string {
  return `${batchId.replace(/^batch_/, "job_")}-${line}`;
}
